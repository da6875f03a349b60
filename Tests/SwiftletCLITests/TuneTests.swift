import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// Thresholds that are measured once and used by every later process.
@Suite(.serialized) struct TuneTests {
  let folder = TemporaryFolder()
  var cache: CacheFolder { CacheFolder(folder.path("cache")) }

  func swiftlet(_ arguments: String...) throws -> Command {
    try Command(arguments, environment: ["SWIFTLET_CACHE": cache.path])
  }

  @Test func whatIsKeptIsRead() throws {
    for set in InstructionSet.available {
      let usual = Tuning(for: set)
      #expect(try Tuning.ofThisMachine(set, in: cache) == usual)
      #expect(try Tuning.ofThisMachine(set, in: nil) == usual)
      var tuning = usual
      for field in Tuning.fields {
        tuning[keyPath: field.path] += tuning[keyPath: field.path] < field.range.upperBound ? 1 : -1
      }
      let file = try tuning.keep(for: set, in: cache)
      #expect(try Tuning.ofThisMachine(set, in: cache) == tuning)

      let whole = try String(contentsOfFile: file, encoding: .utf8)
      for (old, new) in [
        ("\"version\": \"", "\"version\": \"9"), ("\"processor\": \"", "\"processor\": \"other "),
        ("\"panel_depth\": ", "\"panel_depth\": -"), ("\"panel_depth\": ", "\"panel_depth\": 999999999"),
        ("panel_depth", "panel"), ("{", "{\"more\": 1,"), ("}", ""), (whole, ""),
      ] {
        try whole.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try Tuning.ofThisMachine(set, in: cache) == usual, "\(old) → \(new)")
      }
      #expect(Tuning.forget(set, in: cache) && !Tuning.forget(set, in: cache))
    }
  }

  /// A process plans by what lies in its cache, until that is reset.
  @Test func laterProcessesUseIt() throws {
    func plan() throws -> String { try swiftlet("explain", "squeezenet1_1", "--threads", "1", "--json").output }
    let usual = try plan()
    #expect(usual.contains("\"winograd 3x3\""))
    let set = try InstructionSet.preferred()
    var tuning = Tuning(for: set)
    tuning.winogradChannels = 4096
    try tuning.keep(for: set, in: cache)
    let direct = try plan()
    #expect(!direct.contains("\"winograd") && direct.contains("fewer than 4096 channels"))
    #expect(try swiftlet("tune", "--reset").output.contains("in use again"))
    #expect(try plan() == usual)
    #expect(try swiftlet("tune", "--reset", "--json").json() as? [String: Bool] == ["removed": false])
  }

  @Test func measures() throws {
    let command = try swiftlet("tune", "--rounds", "1", "--json")
    #expect(command.status == 0 && command.errors == "")
    let json = try #require(try command.json() as? [String: Any])
    let trials = try #require(json["trials"] as? [[String: Any]])
    #expect(Set(trials.compactMap { $0["threshold"] as? String }).isSubset(of: Tuning.fields.map(\.name)))
    #expect(trials.count >= 10 && trials.allSatisfy { ($0["time_ratio"] as? Double ?? 0) > 0 })
    let kept = try Tuning.ofThisMachine(in: cache)
    #expect(
      json["tuning"] as? [String: Int] == Dictionary(uniqueKeysWithValues: zip(Tuning.fields.map(\.name), kept.values)))
    #expect(FileManager.default.fileExists(atPath: try #require(json["file"] as? String)))
    let table = try swiftlet("tune", "--rounds", "1")
    #expect(table.output.contains("winograd_channels") && table.output.contains("kept in \(cache.path)"))
  }

  @Test func withoutAFolder() throws {
    let command = try Command(["tune"], environment: ["SWIFTLET_CACHE": "off"])
    #expect(command.status == 1 && command.errors.contains("SWIFTLET_CACHE"))
    #expect(try Command(["tune", "--rounds", "0"]).status == 64)
    #expect(try Command(["tune"], environment: ["SWIFTLET_CACHE": "/dev/null/cache"]).status == 1)
  }
}
