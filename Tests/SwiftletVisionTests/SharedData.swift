import Foundation

/// Where data that is shared with other projects lies: beside the repository, in the nearest `shared` with goldens.
enum SharedData {
  static let folder: URL? = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("shared")
      if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("goldens").path) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }()

  static func path(_ name: String) -> String { (folder?.appendingPathComponent(name).path) ?? name }
}
