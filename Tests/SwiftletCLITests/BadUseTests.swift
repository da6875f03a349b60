import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// Wrong use ends with a message on standard error and the right exit code, never with a trap or a partial file.
@Suite struct BadUseTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var status: Int32
    var words: [String]
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: [String], _ status: Int32, _ words: String...) {
      (self.arguments, self.status, self.words) = (arguments, status, words)
    }
  }

  static let folder = TemporaryFolder()

  static func array(_ name: String, _ shape: Shape) throws -> String {
    try TensorFile.write([("input", NDArray(shape))], to: folder.path(name))
    return folder.path(name)
  }

  static func cases() throws -> [Case] {
    let (small, ten) = (try Fixture.small.get(), try Fixture.tenClasses.get())
    let cat = Fixture.photo("cat.jpg")
    let text = try folder.file("text.jpg", "no photo")
    let net = ["--model", "mobilenetv3_small_050", "--weights", small]
    let (out, onnx) = (folder.path("out.npy"), folder.path("out.onnx"))
    func run(_ input: String, _ output: String = out) -> [String] {
      ["run", "mobilenetv3_small_050", "--weights", small, "--input", input, "--output", output]
    }
    let good = try array("good.npy", [1, 3, 64, 64])
    return [
      Case([], 0), Case(["fly"], 64, "fly"), Case(["models", "--fly"], 64, "--fly"),
      Case(["models", "mobilenetv99"], 1, "mobilenetv99", "did you mean"),
      Case(["models", "zzzzzzzzzzzzzzzzzzzzzzzzzzz*"], 1, "swiftlet models"),
      Case(["models", "--max-params", "many"], 64, "--max-params", "many", "4.5M"),
      Case(["models", "--max-params", "-1"], 64, "--max-params"),
      Case(["models", "--max-params", "1e6"], 64, "4.5M"),
      Case(["models", "--max-macs", "1.2.3M"], 64, "--max-macs", "1.2G"),
      Case(["models", "--max-macs", "M"], 64, "--max-macs"),
      Case(["models", "--max-macs", "99999999999999999999G"], 64, "--max-macs"),
      Case(["models", "--min-top1", "nan"], 64, "--min-top1", "0 to 100"),
      Case(["models", "--min-top1", "101"], 64, "--min-top1", "0 to 100"),
      Case(["bench", "tinynet_e", "--streams", "0"], 64, "--streams", "1 to 256"),
      Case(["bench", "tinynet_e", "--precision", "double"], 64, "--precision", "exact", "strict", "fast"),
      Case(["models", "--sort", "size"], 64, "--sort", "params"),
      Case(["models", "--family", "GhostNet9"], 1, "GhostNet9", "did you mean", "GhostNet"),
      Case(["models", "mobilenetv2*", "--family", "ghostnet"], 1, "--family ghostnet"),
      Case(["models", "mobilenetv2*", "--max-params", "1k"], 1, "none of the 7 models", "--max-params 1000"),
      Case(["zoo"], 64, "--output"),
      Case(["zoo", "--output", folder.path("none/deeper")], 1, "none/deeper"),
      Case(["inspect"], 64, "model"),
      Case(["inspect", "mobilnetv2_100"], 1, "did you mean", "mobilenetv2_100"),
      Case(["inspect", ""], 1, "there is no model ''"),
      Case(["bench", "efficentnet_b0"], 1, "did you mean", "efficientnet_b0"),
      Case(["bench"], 64, "models"),
      Case(["bench", "tinynet_e", "--seconds", "-1"], 64, "--seconds"),
      Case(["bench", "tinynet_e", "--seconds", "nan"], 64, "--seconds"),
      Case(["bench", "tinynet_e", "--batch", "0"], 64, "--batch"),
      Case(["bench", "tinynet_e", "--batch", "9999999999"], 64, "--batch", "65536"),
      Case(["bench", "tinynet_e", "--threads", "0"], 64, "--threads"),
      Case(["bench", "tinynet_e", "--threads", "257"], 64, "--threads"),
      Case(["bench", "tinynet_e", "--threads", "many"], 64, "--threads"),
      Case(["bench", "--serve", "tinynet_e", "tinynet_d"], 64, "--serve"),
      Case(["export", "tinynet_e"], 64, "--output"),
      Case(["export", "tinynet_e", "--output", out], 64, ".onnx"),
      Case(["export", "tinynet_e", "--output", onnx, "--size", "96"], 64, "--size"),
      Case(["export", "tinynet_e", "--output", onnx, "--size", "0", "96"], 64, "--size"),
      Case(["export", "tinynet_e", "--output", onnx, "--batch", "0"], 64, "--batch"),
      Case(["export", "tinynet_e", "--output", onnx, "--classes", "-1"], 64, "--classes"),
      Case(
        ["export", "mobilenetv3_small_050", "--output", onnx, "--weights", small, "--classes", "3"], 1, "classifier"),
      Case(["export", "tinynet_e", "--output", folder.path("none/net.onnx")], 1, "net.onnx"),
      Case(["explain", "squeezenet"], 1, "squeezenet1_0"),
      Case(["demo", "--photos", folder.path("none")], 1, "none", "--photos"),
      Case(["demo", "--photos", try emptyFolder()], 1, "holds 0 photos"),
      Case(["classify", cat, "--model", "mobilenetv3_small_050"], 64, "--weights"),
      Case(["classify", cat] + net + ["--top", "0"], 64, "--top"),
      Case(["classify", cat] + net + ["--threads", "-3"], 64, "--threads"),
      Case(["classify"] + net, 64, "photos"),
      Case(["classify", folder.path("none.jpg")] + net, 1, "none.jpg"),
      Case(["classify", folder.root.path] + net, 1, "directory"),
      Case(["classify", text] + net, 1, "text.jpg", "expected"),
      Case(["classify", cat, "--model", "tinynet_e", "--weights", small], 1, "do not fit", "missing", "unexpected"),
      Case(["classify", cat, "--model", "tinynet_e", "--weights", cat], 1, "cat.jpg", "safetensors"),
      Case(["classify", cat, "--model", "tinynet_e", "--weights", folder.path("no.pth")], 1, "no.pth"),
      Case(["classify", cat, "--model", "tinynet", "--weights", small], 1, "did you mean", "tinynet_a"),
      Case(
        ["classify", cat] + net + ["--labels", try folder.file("two.txt", "a\nb\n")], 1, "two.txt", "2 lines", "1000"),
      Case(
        ["classify", cat, "--model", "mobilenetv3_small_050", "--weights", ten, "--labels", folder.path("two.txt")], 1,
        "expected 10"),
      Case(["embed", cat] + net + ["--output", "/proc/none/out.npy"], 1, "/proc/none"),
      Case(["embed", cat] + net + ["--output", folder.path("out.txt")], 64, ".npy or .safetensors"),
      Case(["embed", text, cat] + net + ["--output", out], 1, "text.jpg"),
      Case(run(folder.path("none.npy")), 1, "none.npy"),
      Case(run(text), 1, "text.jpg"),
      Case(run(try array("gray.npy", [1, 1, 64, 64])), 1, "found [16, 3, 3, 3], expected [16, 1, 3, 3]"),
      Case(run(try array("flat.npy", [3, 64, 64])), 1, "[3, 64, 64]"),
      Case(run(try array("none0.npy", [0, 3, 64, 64])), 1, "[0, 3, 64, 64]"),
      Case(run(good, folder.root.path + "/no/folder/out.npy"), 1, "no/folder"),
      Case(run(good, folder.path("out.jpeg")), 64, ".npy or .safetensors"),
      Case(
        ["run", "squeezenet1_1", "--weights", try Fixture.weights("squeezenet1_1"), "--output", out, "--input"]
          + [try array("small.npy", [1, 3, 8, 8])], 1, "features"),
    ]
  }

  static func emptyFolder() throws -> String {
    try FileManager.default.createDirectory(at: folder.url("empty"), withIntermediateDirectories: true)
    return folder.path("empty")
  }

  @Test func endsAsItShould() throws {
    let cases = try Self.cases()
    for bad in cases {
      let command = try Command(bad.arguments)
      #expect(command.status == bad.status, "\(bad.testDescription): \(command.errors)")
      if bad.status != 0 { #expect(command.output == "", "\(bad.testDescription)") }
      for word in bad.words { #expect(command.errors.contains(word), "\(bad.testDescription): \(command.errors)") }
    }
    #expect(!FileManager.default.fileExists(atPath: Self.folder.path("out.npy")))
    let left = try FileManager.default.contentsOfDirectory(atPath: Self.folder.root.path)
    #expect(!left.contains { $0.hasSuffix(".partial") })
  }

  @Test func aWrongInstructionSetIsAnError() throws {
    let command = try Command(["bench", "tinynet_e"], environment: ["SWIFTLET_ISA": "mmx"])
    #expect(command.status == 1 && command.errors.contains("mmx"))
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let executable = try #require(Command.executable).path
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "( '\(executable)' explain densenet121; echo \"status $?\" >&2 ) | head -c 10 > /dev/null",
    ]
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let errors = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(errors == "status 0\n")
  }
}
