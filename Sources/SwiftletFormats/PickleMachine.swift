/// Reads the pickle of a state dict and executes nothing.
///
/// A pickle is a program for a stack machine. This machine knows 34 instructions that build plain data and a fixed
/// table of names (`PickleGlobal`); whatever else a pickle asks for is refused. All of its memory is bounded.
/// Source: Python's `pickletools`, protocol 2, and `torch.load(weights_only=True)`, which allows the same instructions.
struct PickleMachine {
  static let sizeLimit = 64 << 20
  /// The most instructions: time for the state dicts of a hundred thousand tensors.
  static let instructionLimit = 5_000_000
  /// The most values on the stack, in the memo, in all containers, and the most containers.
  static let valueLimit = 400_000
  static let depthLimit = 256
  /// The most storages, and the most tensors.
  static let tensorLimit = 100_000
  /// The most bytes of a name.
  static let nameLimit = 4096

  private(set) var objects: [PickleObject] = []
  private(set) var storages: [PickleStorage] = []
  private(set) var tensors: [PickleTensor] = []
  private var cursor: ByteCursor
  private let base: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [PickleValue?] = []
  private var itemCount = 0

  init(_ file: MappedFile, _ range: Range<Int>) throws(FormatError) {
    base = range.lowerBound
    cursor = try ByteCursor(file, range, "pickle")
    guard range.count <= Self.sizeLimit else {
      throw cursor.error(.limitExceeded, "\(range.count) bytes", "at most \(Self.sizeLimit)")
    }
  }

  /// Runs the pickle to its end.
  /// - Returns: the one value that it leaves.
  mutating func run() throws(FormatError) -> PickleValue {
    var count = 0
    while true {
      cursor.release()
      let opcode = try cursor.read(UInt8.self)
      if Unicode.Scalar(opcode) == "." { break }
      count += 1
      guard count <= Self.instructionLimit else {
        throw error(.limitExceeded, "more instructions", "at most \(Self.instructionLimit)")
      }
      try execute(opcode)
    }
    let value = try pop()
    guard stack.isEmpty, marks.isEmpty else { throw error(.malformed, "values are left at the end", "one value") }
    guard cursor.remaining == 0 else { throw error(.malformed, "\(cursor.remaining) bytes after the end", "none") }
    return value
  }

  func error(
    _ code: FormatError.Code, _ found: String, _ expected: String = "", _ advice: String = ""
  ) -> FormatError { cursor.error(code, found, expected, advice) }

  /// The text at a place in the pickle.
  func text(_ value: PickleValue) throws(FormatError) -> String {
    guard case .text(let start, let count) = value else {
      throw error(.malformed, "another kind of value", "a text")
    }
    guard count <= Self.nameLimit else {
      throw error(.limitExceeded, "a name of \(count) bytes", "at most \(Self.nameLimit)")
    }
    let range = base + Int(start)..<base + Int(start) + Int(count)
    var cursor = try ByteCursor(cursor.file, range, "pickle")
    return try cursor.text(Int(count))
  }

  private mutating func execute(_ opcode: UInt8) throws(FormatError) {
    switch Unicode.Scalar(opcode) {
    case "\u{80}": try checkProtocol()
    case "(": try mark()
    case "N", "\u{88}", "\u{89}", "\u{8f}": try push(.opaque)  // None, True, False, empty set
    case "J": try push(.integer(Int(try cursor.read(Int32.self))))
    case "K": try push(.integer(Int(try cursor.read(UInt8.self))))
    case "M": try push(.integer(Int(try cursor.read(UInt16.self))))
    case "\u{8a}": try pushLong()
    case "G": try pushFloat()
    case "X": try pushText(Int(try cursor.read(UInt32.self)))
    case "U": try pushText(Int(try cursor.read(UInt8.self)))
    case "]": try push(.list(try create([])))
    case "}": try push(.dictionary(try create([])))
    case ")": try push(.tuple(try create([])))
    case "\u{85}": try push(.tuple(try create(try pop(1))))
    case "\u{86}": try push(.tuple(try create(try pop(2))))
    case "\u{87}": try push(.tuple(try create(try pop(3))))
    case "t": try push(.tuple(try create(try popToMark())))
    case "a": try append(try pop(1))
    case "e": try append(try popToMark())
    case "s": try setItems(try pop(2))
    case "u": try setItems(try popToMark())
    case "q": try memorize(Int(try cursor.read(UInt8.self)))
    case "r": try memorize(Int(try cursor.read(UInt32.self)))
    case "h": try recall(Int(try cursor.read(UInt8.self)))
    case "j": try recall(Int(try cursor.read(UInt32.self)))
    case "c": try pushGlobal()
    case "Q": try pushStorage()
    case "R": try reduce()
    case "b": try build()
    case "\u{81}": throw error(.forbidden, "the pickle makes an object of a class", "plain data", Self.advice)
    default:
      throw error(
        .forbidden, "the instruction 0x\(String(opcode, radix: 16))", "one that builds plain data", Self.advice)
    }
  }

  static let advice =
    "Nothing of the file was run. Save the plain state dict instead: torch.save(model.state_dict(), path)."
}

// The stack.
extension PickleMachine {
  private mutating func push(_ value: PickleValue) throws(FormatError) {
    guard stack.count < Self.valueLimit else {
      throw error(.limitExceeded, "more values on the stack", "at most \(Self.valueLimit)")
    }
    stack.append(value)
  }

  private mutating func pop() throws(FormatError) -> PickleValue {
    guard stack.count > marks.last ?? 0 else { throw error(.malformed, "the stack is empty", "a value") }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws(FormatError) -> ArraySlice<PickleValue> {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw error(.malformed, "too few values on the stack", "\(count)")
    }
    defer { stack.removeLast(count) }
    return stack.suffix(count)
  }

  private mutating func mark() throws(FormatError) {
    guard marks.count < Self.depthLimit else {
      throw error(.limitExceeded, "more open marks", "a depth of at most \(Self.depthLimit)")
    }
    marks.append(stack.count)
  }

  private mutating func popToMark() throws(FormatError) -> ArraySlice<PickleValue> {
    guard let mark = marks.popLast() else { throw error(.malformed, "no mark on the stack", "a mark") }
    defer { stack.removeLast(stack.count - mark) }
    return stack[mark...]
  }

  private mutating func memorize(_ index: Int) throws(FormatError) {
    guard index < Self.valueLimit else {
      throw error(.limitExceeded, "the memo entry \(index)", "at most \(Self.valueLimit) entries")
    }
    let value = try pop()
    stack.append(value)
    if index >= memo.count { memo += repeatElement(nil, count: index + 1 - memo.count) }
    memo[index] = value
  }

  private mutating func recall(_ index: Int) throws(FormatError) {
    guard index < memo.count, let value = memo[index] else {
      throw error(.malformed, "the memo entry \(index), which is not set", "one that is")
    }
    try push(value)
  }
}

// Scalars and containers.
extension PickleMachine {
  private mutating func checkProtocol() throws(FormatError) {
    let version = try cursor.read(UInt8.self)
    guard version == 2 else { throw error(.unsupported, "pickle protocol \(version)", "protocol 2", Self.advice) }
  }

  private mutating func pushFloat() throws(FormatError) {
    _ = try cursor.skip(8)
    try push(.opaque)
  }

  private mutating func pushLong() throws(FormatError) {
    let bytes = try cursor.take(Int(try cursor.read(UInt8.self)))
    guard bytes.count <= 8 else { return try push(.opaque) }
    var value = 0
    for (i, byte) in bytes.enumerated() { value |= Int(byte) << (8 * i) }
    let unused = 64 - 8 * bytes.count
    try push(.integer(unused < 64 ? (value << unused) >> unused : 0))
  }

  private mutating func pushText(_ count: Int) throws(FormatError) {
    let range = try cursor.skip(count)
    try push(.text(start: UInt32(range.lowerBound - base), count: UInt32(count)))
  }

  /// Puts a container into the arena.
  private mutating func create(_ items: ArraySlice<PickleValue>) throws(FormatError) -> Int {
    guard objects.count < Self.valueLimit else {
      throw error(.limitExceeded, "more containers", "at most \(Self.valueLimit)")
    }
    objects.append(PickleObject())
    try add(items, to: objects.count - 1)
    return objects.count - 1
  }

  private mutating func add(_ items: ArraySlice<PickleValue>, to object: Int) throws(FormatError) {
    itemCount += items.count
    let depth = items.reduce(objects[object].depth) { max($0, 1 + self.depth($1)) }
    guard itemCount <= Self.valueLimit else {
      throw error(.limitExceeded, "more values in containers", "at most \(Self.valueLimit)")
    }
    guard depth <= Self.depthLimit else {
      throw error(.limitExceeded, "deeper nesting", "a depth of at most \(Self.depthLimit)")
    }
    objects[object].items += items
    objects[object].depth = depth
  }

  private func depth(_ value: PickleValue) -> Int {
    switch value {
    case .tuple(let i), .list(let i), .dictionary(let i): objects[i].depth
    default: 0
    }
  }

  private mutating func append(_ items: ArraySlice<PickleValue>) throws(FormatError) {
    guard case .list(let list) = try pop() else { throw error(.malformed, "something else", "a list to append to") }
    stack.append(.list(list))
    try add(items, to: list)
  }

  private mutating func setItems(_ items: ArraySlice<PickleValue>) throws(FormatError) {
    guard items.count.isMultiple(of: 2), case .dictionary(let dictionary) = try pop() else {
      throw error(.malformed, "something else", "a dictionary, its keys and values")
    }
    stack.append(.dictionary(dictionary))
    try add(items, to: dictionary)
  }
}

// Names and what they build.
extension PickleMachine {
  private mutating func line() throws(FormatError) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try cursor.read(UInt8.self)
      if byte == UInt8(ascii: "\n") { break }
      guard bytes.count < 200 else { throw error(.limitExceeded, "a longer name", "at most 200 bytes") }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func pushGlobal() throws(FormatError) {
    let (module, name) = (try line(), try line())
    guard let global = PickleGlobal.table["\(module) \(name)"] else {
      throw error(.forbidden, "the pickle asks for \(module).\(name)", "tensors and plain data", Self.advice)
    }
    try push(.global(global))
  }

  private func items(_ value: PickleValue) throws(FormatError) -> [PickleValue] {
    guard case .tuple(let tuple) = value else { throw error(.malformed, "another kind of value", "a tuple") }
    return objects[tuple].items
  }

  private func integers(_ value: PickleValue) throws(FormatError) -> [Int] {
    let items = try items(value)
    guard items.count <= StoredArray.rankLimit else {
      throw error(.limitExceeded, "\(items.count) dimensions", "at most \(StoredArray.rankLimit)")
    }
    var result: [Int] = []
    for item in items {
      guard case .integer(let integer) = item else { throw error(.malformed, "another kind of value", "an integer") }
      result.append(integer)
    }
    return result
  }

  /// The persistent identifier of torch: `("storage", type, key, device, count)`.
  private mutating func pushStorage() throws(FormatError) {
    let items = try items(try pop())
    guard items.count == 5, try text(items[0]) == "storage", case .global(.storage(let type)) = items[1],
      case .integer(let count) = items[4], count >= 0
    else { throw error(.malformed, "another persistent identifier", "that of a storage") }
    guard storages.count < Self.tensorLimit else {
      throw error(.limitExceeded, "more storages", "at most \(Self.tensorLimit)")
    }
    storages.append(PickleStorage(type: type, key: items[2], count: count))
    try push(.storage(storages.count - 1))
  }

  private mutating func reduce() throws(FormatError) {
    let arguments = try items(try pop())
    guard case .global(let global) = try pop() else {
      throw error(.forbidden, "the pickle calls a value", "tensors and plain data", Self.advice)
    }
    switch global {
    case .orderedDictionary where arguments.isEmpty: try push(.dictionary(try create([])))
    case .rebuildTensor: try push(try rebuildTensor(arguments))
    case .rebuildParameter:
      guard let value = arguments.first, case .tensor = value else {
        throw error(.malformed, "a parameter of something else", "of a tensor")
      }
      try push(value)
    default: throw error(.forbidden, "the pickle calls \(global)", "tensors and plain data", Self.advice)
    }
  }

  /// `_rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks[, metadata])`.
  private mutating func rebuildTensor(_ arguments: [PickleValue]) throws(FormatError) -> PickleValue {
    guard (6...7).contains(arguments.count), case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw error(.malformed, "other arguments", "a storage, an offset, sizes and strides") }
    guard tensors.count < Self.tensorLimit else {
      throw error(.limitExceeded, "more tensors", "at most \(Self.tensorLimit)")
    }
    tensors.append(
      PickleTensor(
        storage: storages[storage], offset: offset, extents: try integers(arguments[2]),
        strides: try integers(arguments[3])))
    return .tensor(tensors.count - 1)
  }

  /// Gives a dictionary its attributes, which hold nothing that is needed.
  private mutating func build() throws(FormatError) {
    _ = try pop()
    guard case .dictionary = stack.last else {
      throw error(.forbidden, "the pickle sets the state of an object", "of a dictionary", Self.advice)
    }
  }
}
