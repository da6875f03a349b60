import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// Each command does what it says.
@Suite struct HappyPathTests {
  let folder = TemporaryFolder()

  @Test func listsModels() throws {
    let all = try Command(["models", "--json"])
    #expect(all.status == 0 && all.errors == "")
    let entries = try #require(try all.json() as? [[String: Any]])
    #expect(entries.map { $0["name"] as? String } == allModels.map(\.name))
    let entry = try #require(entries.first { $0["name"] as? String == "mobilenetv2_100" })
    #expect(entry["parameters"] as? Int == 3_504_872)
    #expect(entry["multiply_adds"] as? Int == 300_774_272)
    #expect(entry["input"] as? [Int] == [1, 3, 224, 224])
    #expect((entry["preprocessing"] as? [String: Any])?["interpolation"] as? String == "bicubic")
    for key in ["family", "year", "top1", "top1_source", "paper", "url", "reference", "licence", "classifier"] {
      #expect(entry[key] != nil, "\(key)")
    }
  }

  @Test func findsModelsByPattern() throws {
    let stars = try Command(["models", "*v3_small_0*"])
    #expect(stars.output.contains("mobilenetv3_small_050") && !stars.output.contains("mobilenetv3_large"))
    let part = try Command(["models", "SqueezeNet"]).output.split(separator: "\n").dropFirst()
    let names = part.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names == allModels.map(\.name).filter { $0.contains("squeezenet") })
  }

  @Test(arguments: [80, 120]) func tablesFitTheTerminal(_ columns: Int) throws {
    for arguments in [["models"], ["inspect", "mobilevit_xxs", "--layers"], ["inspect", "efficientnetv2_s"]] {
      let command = try Command(arguments, environment: ["COLUMNS": "\(columns)"])
      let widest = command.output.split(separator: "\n").map(\.count).max() ?? 0
      #expect(command.status == 0 && widest > 0 && widest <= columns, "\(arguments)")
    }
  }

  @Test func inspects() throws {
    let text = try Command(["inspect", "tinynet_e"])
    #expect(text.status == 0 && text.output.contains("TinyNet") && !text.output.contains("Conv "))
    let layers = try Command(["inspect", "tinynet_e", "--layers", "--json"])
    let json = try #require(try layers.json() as? [String: Any])
    let rows = try #require(json["layers"] as? [[String: Any]])
    #expect(rows.reduce(0) { $0 + ($1["parameters"] as! Int) } == json["parameters"] as? Int)
    let maps = try #require(json["feature_maps"] as? [[String: Int]])
    #expect(maps.map { $0["stride"] } == [2, 4, 8, 16, 32] && maps.last?["channels"] == 160)
    #expect(rows.reduce(0) { $0 + ($1["weight_bytes"] as! Int) } == json["weight_bytes"] as? Int)
  }

  @Test(arguments: ["npy", "safetensors"]) func runsAsTheGolden(_ format: String) throws {
    let golden = try #require(try Golden.all("classification").first { $0.model == "mobilenetv3_small_050" })
    let weights = try Fixture.weights(golden.model, rule: golden.rule)
    let input = folder.path("in.\(format)")
    try TensorFile.write([("input", golden.rule.input(Shape(golden.input)))], to: input)
    let output = folder.path("out.\(format)")
    let command = try Command(
      ["run", golden.model, "--weights", weights, "--input", input, "--output", output, "--threads", "2", "--json"])
    #expect(command.status == 0 && command.errors == "")
    let json = try #require(try command.json() as? [String: Any])
    #expect((json["arrays"] as? [[String: Any]])?[0]["shape"] as? [Int] == golden.truth.shape.dimensions)
    #expect(try TensorFile.read(output, name: "output").relativeError(to: golden.truth) < 1e-4)
  }

  @Test func classifies() throws {
    let weights = try Fixture.small.get()
    let names = (0..<1000).map { "thing \"\($0)\"" }
    let labels = try folder.file("labels.txt", names.joined(separator: "\n") + "\n")
    // A name with everything that JSON must escape.
    let odd = folder.path("a \"cat\"\\ \n\u{1} ü.jpg")
    try FileManager.default.copyItem(atPath: Fixture.photo("cat.jpg"), toPath: odd)
    let command = try Command(
      ["classify", Fixture.photo("coffee.jpg"), odd, "--model", "mobilenetv3_small_050", "--weights", weights]
        + ["--labels", labels, "--top", "3", "--json"])
    #expect(command.status == 0 && command.errors == "")
    let entries = try #require(try command.json() as? [[String: Any]])
    #expect(entries.map { $0["photo"] as? String } == [Fixture.photo("coffee.jpg"), odd])
    for entry in entries {
      let predictions = try #require(entry["predictions"] as? [[String: Any]])
      let shares = predictions.map { $0["probability"] as! Double }
      #expect(shares.count == 3 && shares == shares.sorted(by: >) && shares[2] > 0 && shares[0] <= 1)
      for prediction in predictions { #expect(prediction["label"] as? String == names[prediction["index"] as! Int]) }
    }
  }

  @Test func goesOnAfterABadPhoto() throws {
    let command = try Command(
      ["classify", folder.path("none.jpg"), Fixture.photo("cat.jpg"), "--model", "mobilenetv3_small_050"]
        + ["--weights", try Fixture.small.get(), "--top", "2"])
    #expect(command.status == 1 && command.errors.contains("none.jpg"))
    #expect(command.output.split(separator: "\n").count == 3)
  }

  @Test func takesTenClasses() throws {
    let command = try Command(
      ["classify", Fixture.photo("cat.jpg"), "--model", "mobilenetv3_small_050", "--weights"]
        + [try Fixture.tenClasses.get(), "--top", "50", "--json"])
    let entries = try #require(try command.json() as? [[String: Any]])
    let predictions = try #require(entries[0]["predictions"] as? [[String: Any]])
    #expect(Set(predictions.map { $0["index"] as! Int }) == Set(0..<10))
    #expect(abs(predictions.reduce(0) { $0 + ($1["probability"] as! Double) } - 1) < 1e-5)
  }

  @Test(arguments: ["npy", "safetensors"]) func embeds(_ format: String) throws {
    let output = folder.path("e.\(format)")
    let photos = [Fixture.photo("cat.jpg"), Fixture.photo("rocket.jpg"), Fixture.photo("cat.jpg")]
    let command = try Command(
      ["embed"] + photos + ["--model", "tinynet_e", "--weights", try Fixture.tiny.get(), "--output", output, "--json"])
    #expect(command.status == 0 && command.errors == "")
    #expect((try command.json() as? [String: Any])?["photos"] as? [String] == photos)
    let array = try TensorFile.read(output, name: "embeddings")
    let width = array.shape[1]
    #expect(array.shape[0] == 3 && width > 100)
    let rows = (0..<3).map { Array(array.scalars[$0 * width..<($0 + 1) * width]) }
    #expect(rows[0] == rows[2] && rows[0] != rows[1])
    let embedder = try Embedder("tinynet_e", weights: Fixture.tiny.get(), threads: 1)
    #expect(try embedder.embed(photos[1]) == rows[1])
  }

  @Test func measures() throws {
    let command = try Command(
      ["bench", "tinynet_e", "mobilenetv1_100*", "--batch", "2", "--seconds", "0.05", "--threads", "1", "--json"])
    #expect(command.status == 0)
    let json = try #require(try command.json() as? [String: Any])
    let results = try #require(json["results"] as? [[String: Any]])
    #expect(results.map { $0["model"] as? String } == ["tinynet_e", "mobilenetv1_100", "mobilenetv1_100h"])
    for result in results {
      let (least, median) = (result["minimum_seconds"] as! Double, result["median_seconds"] as! Double)
      #expect(0 < least && least <= median && (result["runs"] as! Int) >= 3)
      #expect(abs((result["images_per_second"] as! Double) * median - 2) < 1e-6)
    }
    #expect((json["peak_memory_bytes"] as! Int) > 1 << 20)
    let text = try Command(["bench", "tinynet_e", "--seconds", "0.05"])
    #expect(text.output.contains("peak memory") && text.output.contains("GFLOP/s"))
  }

  @Test func measuresAgainAndAgain() throws {
    let command = try Command(
      ["bench", "--serve", "tinynet_e", "--threads", "1", "--batch", "2"], input: "0.02\n0.1\n")
    #expect(command.status == 0 && command.errors == "")
    let lines = command.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(lines.count == 2)
    for line in lines {
      #expect(line.count == 3 && 0 < line[0] && line[0] <= line[1] && line[2] >= 3)
    }
    let wrong = try Command(["bench", "--serve", "tinynet_e"], input: "soon\n")
    #expect(wrong.status == 64 && wrong.errors.contains("soon"))
  }

  @Test func exports() throws {
    let path = folder.path("net.onnx")
    let labels = try folder.file("ten.txt", (0..<10).map { "class \($0)\n" }.joined())
    let command = try Command(
      ["export", "mobilenetv3_small_050", "--weights", try Fixture.tenClasses.get(), "--output", path]
        + ["--labels", labels, "--batch", "2", "--size", "96", "128", "--json"])
    #expect(command.status == 0 && command.errors == "")
    let json = try #require(try command.json() as? [String: Any])
    #expect(json["input"] as? [Int] == [2, 3, 96, 128] && json["outputs"] as? [[Int]] == [[2, 10]])
    #expect(json["verification"] is NSNull)
    let bytes = try Data(contentsOf: URL(filePath: path))
    for text in ["class 9", "conv_stem.weight", "bicubic", "output"] {
      #expect(bytes.range(of: Data(text.utf8)) != nil, "\(text)")
    }
  }

  /// With no Python in the path nothing can be verified, and the answer says so.
  @Test func saysThatNothingIsVerified() throws {
    let path = folder.path("net.onnx")
    let command = try Command(
      ["export", "tinynet_e", "--output", path, "--verify"], environment: ["PATH": folder.root.path])
    #expect(command.status == 1 && command.errors.contains("not verified"))
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func explains() throws {
    let command = try Command(["explain", "squeezenet1_1", "--threads", "1"])
    #expect(command.status == 0 && command.output.contains("# as written") && command.output.contains("# plan:"))
    // SqueezeNet has no normalisation, so the pass that folds it changes nothing.
    #expect(!command.output.contains("fold normalisation"))
    #expect(command.output.contains("# after: fuse shortcuts and activations"))
    let json = try #require(try Command(["explain", "tinynet_e", "--json"]).json() as? [String: Any])
    let passes = try #require(json["graphs"] as? [[String: Any]]).map { $0["pass"] as? String }
    #expect(passes[0] == nil && passes.contains("fold normalisation into convolutions"))
    #expect(!(json["steps"] as! [Any]).isEmpty)
  }

  @Test func demonstrates() throws {
    let command = try Command(["demo", "--photos", Fixture.photos.path, "--seconds", "0.1", "--json"])
    #expect(command.status == 0)
    let json = try #require(try command.json() as? [String: Any])
    let latencies = try #require(json["models"] as? [[String: Any]]).map { $0["one_thread_seconds"] as! Double }
    #expect(latencies.count >= 15 && latencies == latencies.sorted())
    let photos = try #require(json["photos"] as? [[String: Any]])
    #expect(photos.count == 7)
    #expect(photos.first { $0["photo"] as? String == "cat.jpg" }?["nearest"] as? String == "cat-small.webp")
    #expect((photos.map { $0["cosine"] as! Double }.max() ?? 2) <= 1.0001)
  }

  @Test func helps() throws {
    let commands = ["demo", "models", "inspect", "classify", "embed", "run", "bench", "profile", "explain"]
    let top = try Command(["--help"])
    #expect(top.status == 0 && commands.allSatisfy { top.output.contains($0) })
    for name in commands { #expect(try Command([name, "--help"]).status == 0) }
    #expect(try Command(["--version"]).status == 0)
  }
}
