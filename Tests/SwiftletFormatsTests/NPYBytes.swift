/// The bytes of `.npy` files, also of wrong ones.
enum NPYBytes {
  static func file(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1, length: Int? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = length ?? text.count
    let size = version == 1 ? little(UInt16(length)) : little(UInt32(length))
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + text + data
  }

  static func header(_ type: String, _ shape: String, order: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(shape)), }          \n"
  }

  static let valid = file(header("<f4", "2, 3"), little([1, 2, 3, 4, 5, 6]))
}
