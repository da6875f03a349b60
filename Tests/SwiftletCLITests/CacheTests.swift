import Foundation
import Swiftlet
import Synchronization
import Testing
import _SwiftletTestSupport

/// Packed weights that one process keeps and the next one finds.
@Suite struct CacheTests {
  let folder = TemporaryFolder()
  static let model = "mobilenetv3_small_050"
  /// Weights are not trusted to stay as they are until some seconds after they were written.
  static let seconds = 4.1

  /// Weights of the model that were written a while ago.
  func settledWeights(salt: String = "") async throws -> String {
    let path = try Fixture.weights(Self.model, rule: Rule(salt: salt))
    try await Task.sleep(for: .seconds(Self.seconds))
    return path
  }

  func classify(
    _ weights: String, _ options: [String] = [], cache: String? = nil, environment: [String: String] = [:]
  ) throws -> Command {
    try Command(
      ["classify", Fixture.photo("cat.jpg"), "--model", Self.model, "--weights", weights, "--json"] + options,
      environment: ["SWIFTLET_CACHE": cache ?? folder.path("cache")].merging(environment) { $1 })
  }

  func files() -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path("cache"))
    return (names ?? []).sorted().map { folder.path("cache/\($0)") }
  }

  @Test func theSecondProcessFindsWhatTheFirstKept() async throws {
    let weights = try await settledWeights()
    let truth = try classify(weights, ["--no-cache"])
    #expect(truth.status == 0 && truth.errors == "" && files().isEmpty)
    #expect(try classify(weights, cache: "off").output == truth.output)
    #expect(files().isEmpty)

    #expect(try classify(weights).output == truth.output)
    let kept = try #require(files().first)
    #expect(files().count == 1)
    let whole = try Data(contentsOf: URL(filePath: kept))
    #expect(try classify(weights).output == truth.output)
    #expect(try Data(contentsOf: URL(filePath: kept)) == whole && files().count == 1)

    try Data(whole.dropLast(4000) + Data(count: 4000)).write(to: URL(filePath: kept))
    #expect(try classify(weights).output == truth.output, "damaged")
    #expect(try Data(contentsOf: URL(filePath: kept)) == whole, "replaced")

    // Threads and instruction sets have their own.
    let processors = Machine.processors
    #expect(try classify(weights, ["--threads", "\(processors + 1)"]).output == truth.output)
    #expect(files().count == 2)
    let narrow = ["SWIFTLET_ISA": "baseline"]
    let first = try classify(weights, environment: narrow)
    #expect(first.status == 0)
    #expect(try classify(weights, environment: narrow).output == first.output)
    #expect(files().count == 2 + (InstructionSet.available.count > 1 ? 1 : 0))
  }

  @Test func embeddingAndRunningKeepTheirOwn() async throws {
    let weights = try await settledWeights()
    let input = folder.path("in.npy")
    try TensorFile.write([("input", Rule().input([1, 3, 64, 64]))], to: input)
    let commands = [
      ["embed", Fixture.photo("cat.jpg"), "--model", Self.model], ["run", Self.model, "--input", input],
    ]
    for (i, command) in commands.enumerated() {
      var answers: [NDArray] = []
      for (round, options) in [["--no-cache"], [], []].enumerated() {
        let output = folder.path("\(i)-\(round).npy")
        let result = try Command(
          command + ["--weights", weights, "--output", output] + options,
          environment: ["SWIFTLET_CACHE": folder.path("cache")])
        #expect(result.status == 0 && result.errors == "")
        answers.append(try TensorFile.read(output))
      }
      #expect(answers[0] == answers[1] && answers[1] == answers[2] && files().count == i + 1)
    }
  }

  /// The same file, as long as before, with other values in it.
  @Test func weightsThatChangeInPlaceAreRead() async throws {
    let weights = try await settledWeights()
    let other = try Fixture.weights(Self.model, rule: Rule(salt: "other"))
    let before = try classify(weights).output
    #expect(files().count == 1)
    let bytes = try Data(contentsOf: URL(filePath: other))
    let file = try FileHandle(forWritingTo: URL(filePath: weights))
    #expect(try file.seekToEnd() == bytes.count)
    try file.seek(toOffset: 0)
    try file.write(contentsOf: bytes)
    try file.close()
    let truth = try classify(other, ["--no-cache"]).output
    #expect(truth != before)
    #expect(try classify(weights).output == truth)
    #expect(files().count == 1, "what was just written is not kept")
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: weights)
    #expect(try classify(weights).output == truth)
    try await Task.sleep(for: .seconds(Self.seconds))
    for _ in 0..<2 { #expect(try classify(weights).output == truth) }
    #expect(files().count == 2)
  }

  /// A warm cache hides nothing that is wrong with weights.
  @Test func wrongWeightsAreToldOf() async throws {
    let weights = try await settledWeights()
    _ = try classify(weights)
    let graph = try Model.named(Self.model).graph()
    let all = graph.parameters.map { ($0.name, Rule().parameter($0.name, $0.shape)) }
    let missing = folder.path("missing.safetensors")
    try SafeTensors.write(Array(all.dropFirst()), to: missing)
    let misshapen = folder.path("misshapen.safetensors")
    try SafeTensors.write([(all[0].0, NDArray([3]))] + all.dropFirst(), to: misshapen)
    try await Task.sleep(for: .seconds(Self.seconds))
    for wrong in [missing, misshapen] {
      let command = try classify(wrong)
      #expect(command.status == 1 && command.errors.contains(all[0].0))
      #expect(try classify(wrong, ["--no-cache"]).errors == command.errors)
    }
    #expect(files().count == 1)
  }

  /// Processes that all find nothing, pack, and keep at the same time.
  @Test func raceOfProcesses() async throws {
    let weights = try await settledWeights()
    let truth = try classify(weights, ["--no-cache"]).output
    for _ in 0..<2 {
      let outputs = Mutex<[String?]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        let output = try? classify(weights).output
        outputs.withLock { $0.append(output) }
      }
      #expect(outputs.withLock { $0 } == Array(repeating: truth, count: 4))
    }
    #expect(files().count == 1 && files()[0].hasSuffix(".packed"))
  }

  /// A folder that cannot be is no reason to fail.
  @Test func foldersThatCannotBe() async throws {
    let weights = try await settledWeights()
    let truth = try classify(weights, ["--no-cache"])
    let file = try folder.file("file", "text")
    for cache in [file, file + "/deeper", "/dev/full", "/proc/swiftlet"] {
      let command = try classify(weights, cache: cache)
      #expect(command.status == 0 && command.errors == "" && command.output == truth.output, "\(cache)")
    }
  }

  #if os(Linux)
    @Test func thePlaceIsThatOfTheSystem() async throws {
      let weights = try await settledWeights()
      for (variable, below) in [("XDG_CACHE_HOME", "swiftlet"), ("HOME", ".cache/swiftlet")] {
        let home = folder.path(variable)
        let environment = ["SWIFTLET_CACHE": "", "XDG_CACHE_HOME": ""].merging([variable: home]) { $1 }
        #expect(try classify(weights, environment: environment).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home)/\(below)").count == 1)
      }
      let homeless = ["SWIFTLET_CACHE": "", "XDG_CACHE_HOME": "relative", "HOME": ""]
      #expect(try classify(weights, environment: homeless).status == 0)
    }
  #endif
}
