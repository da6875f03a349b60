import SwiftletGraph

/// An array in a file: where its elements lie and of what type they are. All bounds are checked when it is made.
struct StoredArray: Sendable {
  static let rankLimit = 64

  let file: MappedFile
  let name: String
  let shape: Shape
  private let type: ElementType
  private let isBigEndian: Bool
  /// How far apart neighbours along each dimension lie, in elements.
  private let strides: [Int]
  /// From the first to the last byte that is read.
  private let bytes: Range<Int>
  private let verify: @Sendable () throws(FormatError) -> Void

  /// - Parameters:
  ///   - storage: the bytes in the file within which all elements must lie.
  ///   - offset: the position of the first element in `storage`, in elements.
  ///   - strides: row-major ones by default.
  ///   - verify: called before the bytes are read.
  init(
    _ file: MappedFile, name: String, type: ElementType, isBigEndian: Bool = false, shape: Shape,
    strides: [Int]? = nil, offset: Int = 0, storage: Range<Int>,
    verify: @escaping @Sendable () throws(FormatError) -> Void = { () throws(FormatError) in }
  ) throws(FormatError) {
    let count = try Self.count(shape, file.path, name)
    let strides = strides ?? shape.rowMajorStrides
    let end = count == 0 ? offset : Self.end(shape, strides, offset)
    guard strides.count == shape.rank, !strides.contains(where: { $0 < 0 }), offset >= 0, let end,
      end <= storage.count / type.size
    else {
      throw FormatError(
        .outOfBounds, path: file.path, place: name,
        found: "shape \(shape), strides \(strides), first element \(offset)",
        expected: "elements within a storage of \(storage.count / type.size)")
    }
    let start = storage.lowerBound
    self.init(
      file, name, type, isBigEndian, shape, strides, start + offset * type.size..<start + end * type.size, verify)
  }

  private init(
    _ file: MappedFile, _ name: String, _ type: ElementType, _ isBigEndian: Bool, _ shape: Shape, _ strides: [Int],
    _ bytes: Range<Int>, _ verify: @escaping @Sendable () throws(FormatError) -> Void
  ) {
    self.file = file
    self.name = name
    self.type = type
    self.isBigEndian = isBigEndian
    self.shape = shape
    self.strides = strides
    self.bytes = bytes
    self.verify = verify
  }

  /// The number of elements of a shape that comes from a file.
  ///
  /// Dimensions of 0 do not excuse the others: the product of these must fit too, so that strides can be computed.
  /// - Throws: `limitExceeded`, `malformed`.
  static func count(_ shape: Shape, _ path: String, _ name: String) throws(FormatError) -> Int {
    guard shape.rank <= rankLimit else {
      throw FormatError(
        .limitExceeded, path: path, place: name, found: "\(shape.rank) dimensions", expected: "at most \(rankLimit)")
    }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw FormatError(
        .malformed, path: path, place: name, found: "a dimension of \(negative)", expected: "none below 0")
    }
    guard let count = Shape(shape.map { max($0, 1) }).checkedElementCount, count <= Int.max / 8 else {
      throw FormatError(
        .limitExceeded, path: path, place: name, found: "shape \(shape)", expected: "fewer than 2^60 elements")
    }
    return shape.contains(0) ? 0 : count
  }

  /// One past the position of the last element; `nil` when it does not fit an `Int`. No dimension is 0.
  private static func end(_ shape: Shape, _ strides: [Int], _ offset: Int) -> Int? {
    var end = offset
    for (dimension, stride) in zip(shape, strides) {
      let (reach, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = end.addingReportingOverflow(reach)
      if overflow || carry { return nil }
      end = sum
    }
    let (result, carry) = end.addingReportingOverflow(1)
    return carry ? nil : result
  }
}

extension StoredArray {
  /// Reads the elements.
  /// - Throws: `checksumMismatch`, `truncated` when the file has changed, `limitExceeded` when memory is short.
  func load() throws(FormatError) -> NDArray {
    try verify()
    let count = shape.elementCount
    guard Platform.canAllocate(count * MemoryLayout<Float>.size) else {
      throw FormatError(
        .limitExceeded, path: file.path, place: name, found: "\(count) elements", expected: "as many as memory holds")
    }
    var failure: FormatError?
    let scalars = [Float](unsafeUninitializedCapacity: count) { target, filled in
      do throws(FormatError) {
        try read(UnsafeMutableBufferPointer(rebasing: target[..<count]))
        filled = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return NDArray(shape, scalars)
  }

  private func read(_ target: UnsafeMutableBufferPointer<Float>) throws(FormatError) {
    if type == .f32, isContiguous, isBigEndian == Self.isHostBigEndian {
      return try file.read(bytes, name, to: UnsafeMutableRawBufferPointer(target))
    }
    let source = try file.bytes(bytes, name)
    if !target.isEmpty { decode(source, target) }
    file.release(bytes)
  }

  private func decode(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>) {
    switch type {
    case .bool: gather(source, target) { (word: UInt8) in word == 0 ? 0 : 1 }
    case .u8: gather(source, target) { (word: UInt8) in Float(word) }
    case .i8: gather(source, target) { (word: Int8) in Float(word) }
    case .u16: gather(source, target) { (word: UInt16) in Float(word) }
    case .i16: gather(source, target) { (word: Int16) in Float(word) }
    case .f16: gather(source, target) { (word: UInt16) in Float(halfBits: word) }
    case .bf16: gather(source, target) { (word: UInt16) in Float(bitPattern: UInt32(word) << 16) }
    case .u32: gather(source, target) { (word: UInt32) in Float(word) }
    case .i32: gather(source, target) { (word: Int32) in Float(word) }
    case .f32: gather(source, target) { (word: UInt32) in Float(bitPattern: word) }
    case .u64: gather(source, target) { (word: UInt64) in Float(word) }
    case .i64: gather(source, target) { (word: Int64) in Float(word) }
    case .f64: gather(source, target) { (word: UInt64) in Float(Double(bitPattern: word)) }
    }
  }

  private static var isHostBigEndian: Bool { 1.bigEndian == 1 }

  /// Whether the elements lie one after the other in row-major order.
  private var isContiguous: Bool {
    zip(shape, zip(strides, shape.rowMajorStrides)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Fills `target` in row-major order, one row of the last dimension after the other.
  @inline(__always)
  private func gather<Word: FixedWidthInteger>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _ convert: (Word) -> Float
  ) {
    let (extents, steps) = isContiguous ? ([target.count], [1]) : (shape.dimensions, strides)
    let (length, step) = (extents.last ?? 1, steps.last ?? 1)
    var index = [Int](repeating: 0, count: extents.count)
    var start = 0
    for row in stride(from: 0, to: target.count, by: length) {
      for i in 0..<length {
        let word = source.loadUnaligned(fromByteOffset: (start + i * step) * MemoryLayout<Word>.size, as: Word.self)
        target[row + i] = convert(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word))
      }
      var d = extents.count - 2
      while d >= 0 {
        index[d] += 1
        start += steps[d]
        if index[d] < extents[d] { break }
        start -= steps[d] * extents[d]
        index[d] = 0
        d -= 1
      }
    }
  }
}

extension Shape {
  /// How far apart neighbours along each dimension lie in a row-major array.
  var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for i in stride(from: rank - 2, through: 0, by: -1) { strides[i] = strides[i + 1] * self[i + 1] }
    return strides
  }
}
