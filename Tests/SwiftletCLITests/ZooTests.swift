import Foundation
import Swiftlet
import Testing

/// Which models `swiftlet models` lists, and the page that is made of them.
@Suite struct ZooTests {
  private func names(_ arguments: String...) throws -> [String] {
    let command = try Command(["models", "--json"] + arguments)
    #expect(command.status == 0 && command.errors == "", "\(arguments): \(command.errors)")
    return (try command.json() as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
  }

  /// The models of the families whose names begin so, counted here.
  private static let mobileNets = allFamilies.filter { $0.name.hasPrefix("MobileNetV") }.flatMap { family in
    family.models.map { try! ModelSummary($0, family) }
  }

  @Test func filtersByFamily() throws {
    let expected = Self.mobileNets.map(\.model.name)
    #expect(try names("--family", "mobilenetV*") == expected)
    #expect(try names("*_100", "--family", "mobilenetv*") == expected.filter { $0.hasSuffix("_100") })
    #expect(try names("--family", "HOSTNETV3") == Family.ghostNetV3.models.map(\.name))
  }

  @Test(arguments: [("3M", 3_000_000), ("3504872", 3_504_872), ("3504.871k", 3_504_871), ("0.0035g", 3_500_000)])
  func filtersBySize(_ text: String, _ most: Int) throws {
    let expected = Self.mobileNets.filter { $0.parameters <= most }.map(\.model.name)
    #expect(!expected.isEmpty && expected.count < Self.mobileNets.count)
    #expect(try names("--family", "mobilenetv*", "--max-params", text) == expected)
  }

  @Test func filtersByCostAndAccuracy() throws {
    let expected = Self.mobileNets.filter { $0.multiplyAdds <= 300_774_272 && $0.model.top1 ?? 0 >= 72.5 }
    #expect(expected.contains { $0.model.name == "mobilenetv2_100" })
    #expect(
      try names("--family", "mobilenetv*", "--max-macs", "300774272", "--min-top1", "72.5")
        == expected.map(\.model.name))
  }

  @Test func sorts() throws {
    let models = Self.mobileNets
    func sorted(_ key: (ModelSummary) -> Double) -> [Double] { models.map(key).sorted() }
    func found(_ order: String, _ key: (ModelSummary) -> Double) throws -> [Double] {
      try names("--family", "mobilenetv*", "--sort", order).map { name in
        key(models.first { $0.model.name == name }!)
      }
    }
    #expect(try found("params") { Double($0.parameters) } == sorted { Double($0.parameters) })
    #expect(try found("macs") { Double($0.multiplyAdds) } == sorted { Double($0.multiplyAdds) })
    #expect(try found("year") { Double($0.family.year) } == sorted { Double($0.family.year) })
    #expect(try found("top1") { -($0.model.top1 ?? 0) } == sorted { -($0.model.top1 ?? 0) })
    #expect(try names("mobilenetv2", "--sort", "name") == names("mobilenetv2").sorted())
  }

  @Test func theTableHasTheFamily() throws {
    let text = try Command(["models", "--family", "igcv2"]).output.split(separator: "\n")
    #expect(text.count == 1 + Family.igcV2.models.count)
    #expect(text[1].contains("IGCV2") && text[1].contains("2018") && text[1].contains("1804.06202"))
  }

  @Test func everyFamilySaysWhatItIs() {
    for family in allFamilies {
      #expect(family.idea.count > 60 && family.idea.hasSuffix("."), "\(family.name)")
      #expect(family.models.contains { $0.name == family.block.model }, "\(family.name)")
      for model in family.models { #expect((model.top1 == nil) == (model.top1Source == nil), "\(model.name)") }
    }
  }

  /// What is in the repository is what `make zoo` writes.
  @Test func theDocumentationIsUpToDate() throws {
    let folder = TemporaryFolder()
    let command = try Command(["zoo", "--output", folder.root.path])
    #expect(command.status == 0 && command.errors == "")
    let documentation = Fixture.photos.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Documentation")
    let written = try #require(FileManager.default.subpaths(atPath: folder.root.path)).filter { $0.contains(".") }
    let pictures = try FileManager.default.contentsOfDirectory(atPath: documentation.appending(path: "zoo").path)
    #expect(Set(written) == Set(pictures.map { "zoo/\($0)" } + ["zoo.md"]))
    #expect(written.count == allFamilies.count + 1)
    for name in written {
      let (old, new) = (documentation.appending(path: name), folder.url(name))
      #expect(try Data(contentsOf: old) == Data(contentsOf: new), "\(name) is out of date: make zoo")
    }
  }
}
