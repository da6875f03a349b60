#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What lies in a folder.
enum Folder {
  /// The paths of the photos in a folder, by name.
  /// - Throws: `FolderError` when it cannot be read or holds fewer than two.
  static func photos(_ path: String) throws(FolderError) -> [String] {
    guard let folder = opendir(path) else {
      throw FolderError(
        description: "\(path): \(String(cString: strerror(errno))); --photos names a folder of JPEG, PNG or WebP files")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let lowered = name.lowercased()
      if [".jpg", ".jpeg", ".png", ".webp"].contains(where: lowered.hasSuffix) { names.append(name) }
    }
    guard names.count >= 2 else {
      throw FolderError(
        description: "\(path): holds \(names.count) photos; expected two or more JPEG, PNG or WebP files")
    }
    return names.sorted().map { "\(path)/\($0)" }
  }

  /// Makes a folder where there is none; the one above it must be there.
  /// - Throws: `FolderError` when it cannot be made.
  static func create(_ path: String) throws(FolderError) {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw FolderError(description: "\(path): \(String(cString: strerror(errno)))")
    }
  }
}

struct FolderError: Error, CustomStringConvertible {
  var description: String
}
