import Foundation
import Swiftlet
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Where the time goes: numbers that agree with each other, and a page that holds them.
@Suite struct ProfileTests {
  let folder = TemporaryFolder()

  @Test(arguments: [1, 2]) func tellsWhereTimeGoes(_ threads: Int) throws {
    let command = try Command([
      "profile", "mobilenetv3_small_050", "--seconds", "0.05", "--threads", "\(threads)", "--json",
    ])
    #expect(command.status == 0 && command.errors == "")
    let json = try #require(try command.json() as? [String: Any])
    let steps = try #require(json["steps"] as? [[String: Any]])
    let graph = try Model.named("mobilenetv3_small_050").graph()
    #expect(steps.reduce(0) { $0 + ($1["multiply_adds"] as! Int) } == graph.multiplyAdds)
    let peaks = try #require(json["peaks"] as? [String: Any])
    let levels = try #require(peaks["levels"] as? [[String: Any]])
    let (peak, speeds) = (peaks["gigaflops"] as! Double, levels.map { $0["gigabytes_per_second"] as! Double })
    #expect(
      peak > 1 && speeds.count >= 2 && speeds == speeds.sorted(by: >) && levels.last?["name"] as? String == "DRAM")
    var total = 0.0
    for step in steps {
      let (seconds, bytes) = (step["seconds"] as! Double, step["bytes"] as! Int)
      let level = try #require(levels.first { $0["name"] as? String == step["level"] as? String })
      #expect(seconds > 0 && bytes > 0 && bytes <= level["bytes"] as? Int ?? .max)
      let least = max(
        2e-9 * Double(step["multiply_adds"] as! Int) / peak,
        1e-9 * Double(bytes) / (level["gigabytes_per_second"] as! Double))
      #expect(abs((step["share_of_roof"] as! Double) / (least / seconds) - 1) < 1e-6)
      total += seconds
    }
    #expect(abs(total / (json["seconds"] as! Double) - 1) < 1e-6)
    let reasons = steps.map { $0["reason"] as! String }
    #expect(reasons.contains { $0.contains("3×3, stride 2, 3 → 16 channels, 112×112") && $0.contains("no Winograd") })
  }

  /// Of a 1×1 convolution whose panels are all whole, every byte is known.
  @Test func countsBytes() throws {
    let json = try #require(
      try Command(["profile", "mobilenetv2_100", "--seconds", "0.05", "--json"]).json() as? [String: Any])
    let steps = try #require(json["steps"] as? [[String: Any]])
    let step = try #require(
      steps.first { ($0["reason"] as! String).hasPrefix("1×1, stride 1, 64 → 384 channels, 14×14") })
    #expect(step["bytes"] as? Int == 4 * (14 * 14 * (64 + 384) + 384 * 64 + 384))
  }

  @Test(arguments: [80, 100]) func fitsTheTerminal(_ columns: Int) throws {
    let command = try Command(["profile", "ghostnet_050", "--seconds", "0.05"], environment: ["COLUMNS": "\(columns)"])
    let lines = command.output.split(separator: "\n")
    #expect(command.status == 0 && lines.allSatisfy { $0.count <= columns })
    #expect(
      command.output.contains("of roof") && command.output.contains("GB/s") && command.output.contains("depthwise"))
  }

  @Test func writesAPage() throws {
    let path = folder.path("profile.html")
    let command = try Command(["profile", "repvgg_a0", "--seconds", "0.05", "--html", path, "--json"])
    #expect(command.status == 0 && command.errors == "")
    let steps = try #require((try command.json() as? [String: Any])?["steps"] as? [[String: Any]])
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("prefers-color-scheme:dark") && text.contains("width=device-width"))
    let page = Page()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = page
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    #expect(page.loads.isEmpty, "the page loads \(page.loads)")
    #expect(page.counts["tr"] == steps.count + 1)
    let drawn = steps.filter { ($0["multiply_adds"] as! Int) > 0 }
    #expect(page.counts["circle"] == drawn.count && page.titles.count == drawn.count + 1)
    #expect(drawn.contains { ($0["kernel"] as! String).hasPrefix("winograd") })
    for step in drawn { #expect(page.titles.contains { $0.hasPrefix("\(step["step"]!): \(step["kernel"]!)\n") }) }
    // Roofs: a slope for each level and the level one; circles lie in the picture.
    #expect(page.roofs == 5 || page.roofs == 4)
    #expect(page.points.allSatisfy { (0...720).contains($0.x) && (0...460).contains($0.y) })
  }

  @Test func refusesWrongUse() throws {
    let folder = try Command(["profile", "tinynet_e", "--seconds", "0.05", "--html", folder.root.path])
    #expect(folder.status == 1 && folder.errors.contains("directory"))
    for (arguments, word) in [(["--threads", "0"], "--threads"), (["--seconds", "-1"], "--seconds")] {
      let command = try Command(["profile", "tinynet_e"] + arguments)
      #expect(command.status == 64 && command.errors.contains(word))
    }
  }
}

/// What a page holds.
private final class Page: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]
  var titles: [String] = []
  var roofs = 0
  var points: [(x: Double, y: Double)] = []
  /// Elements that bring something from elsewhere.
  var loads: [String] = []
  private var isTitle = false

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
    if ["script", "link", "img", "iframe"].contains(name) || attributes["src"] != nil || attributes["href"] != nil {
      loads.append(name)
    }
    if attributes["class"] == "roof" { roofs += 1 }
    if name == "circle" {
      points.append((Double(attributes["cx"] ?? "") ?? -1, Double(attributes["cy"] ?? "") ?? -1))
    }
    isTitle = name == "title"
    if isTitle { titles.append("") }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { if isTitle { titles[titles.count - 1] += text } }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    isTitle = false
  }
}
