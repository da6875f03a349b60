import SwiftletFormats
import Testing

@Suite struct HostilePickleTests {
  private static func file(_ pickle: [UInt8]...) -> [UInt8] { PyTorchBytes.file(Array(pickle.joined())) }
  private static func ascii(_ text: String) -> [UInt8] { Pickle.ascii(text) }
  private static func many(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(bytes, count: count).joined())
  }
  /// A state dict of one tensor `a`.
  private static func one(_ tensor: [UInt8]) -> [UInt8] { file(Pickle.orderedDictionary([("a", tensor)])) }
  private static func calling(_ module: String, _ name: String, _ arguments: [UInt8]) -> [UInt8] {
    file(Pickle.global(module, name), Pickle.tuple(arguments), ascii("R"))
  }
  private static let rebuild = Pickle.global("torch._utils", "_rebuild_tensor_v2")

  static let calls: [HostileCase] = [
    .init("os.system", .forbidden, calling("os", "system", Pickle.text("id"))),
    .init("posix.system", .forbidden, calling("posix", "system", Pickle.text("id"))),
    .init("builtins.eval", .forbidden, calling("builtins", "eval", Pickle.text("1"))),
    .init("builtins.getattr", .forbidden, calling("builtins", "getattr", Pickle.text("1"))),
    .init("torch.load", .forbidden, calling("torch", "load", Pickle.text("x"))),
    .init("module with a space", .forbidden, calling("torch FloatStorage", "x", Pickle.text("x"))),
    .init("module that contains the table's", .forbidden, calling("torch._utils.x", "_rebuild_tensor_v2", [])),
    .init("a storage type called", .forbidden, calling("torch", "FloatStorage", Pickle.integer(4))),
    .init("a dtype called", .forbidden, calling("torch", "float32", Pickle.integer(4))),
    .init("OrderedDict with arguments", .forbidden, calling("collections", "OrderedDict", ascii("]"))),
    .init("a text called", .forbidden, file(Pickle.text("x"), ascii(")R"))),
    .init("a tensor called", .forbidden, file(Pickle.tensor([1], [1], count: 24), ascii(")R"))),
    .init("NEWOBJ", .forbidden, file(Pickle.global("collections", "OrderedDict"), ascii(")"), [0x81])),
    .init("BUILD on a tensor", .forbidden, file(Pickle.tensor([1], [1], count: 24), ascii("}b"))),
    .init("BUILD on a list", .forbidden, file(ascii("]}b"))),
    .init("BUILD on nothing", .forbidden, file(ascii("}b"))),
    .init("INST", .forbidden, file(ascii("(ios\nsystem\n"))),
    .init("OBJ", .forbidden, file(ascii("(Nos"), ascii("o"))),
    .init("EXT1", .forbidden, file([0x82, 1])),
    .init("STACK_GLOBAL", .forbidden, file(Pickle.text("os"), Pickle.text("system"), [0x93])),
    .init("unknown instruction", .forbidden, file([0xff])),
    .init("text integers", .forbidden, file(ascii("I1\n"))),
  ]

  static let programs: [HostileCase] = [
    .init("protocol 4", .unsupported, file([0x80, 4], ascii("}"))),
    .init("nothing but the stop", .malformed, file()),
    .init("no stop", .truncated, PyTorchBytes.noStop),
    .init("two values left", .malformed, file(ascii("}}"))),
    .init("a mark left", .malformed, file(ascii("}("))),
    .init("bytes after the stop", .malformed, file(ascii("}.x"))),
    .init("tuple of three from two", .malformed, file(ascii("NN"), [0x87])),
    .init("pop through a mark", .malformed, file(ascii("N(a"))),
    .init("tuple without a mark", .malformed, file(ascii("Nt"))),
    .init("items without a mark", .malformed, file(ascii("}NNu"))),
    .init("odd number of items", .malformed, file(ascii("}(NNNu"))),
    .init("items of a list", .malformed, file(ascii("](NNu"))),
    .init("append to a tuple", .malformed, file(ascii(")Na"))),
    .init("memo of nothing", .malformed, file(ascii("q"), [0])),
    .init("memo that is not set", .malformed, file(ascii("h"), [3])),
    .init("memo far away", .limitExceeded, file(ascii("}r"), little(UInt32.max))),
    .init("memo far away, read", .malformed, file(ascii("j"), little(UInt32.max))),
    .init("text over the file", .truncated, file(ascii("X"), little(UInt32.max), ascii("abc"))),
    .init("integer over the file", .truncated, file([0x8a, 255])),
    .init("endless name", .limitExceeded, file(ascii("c"), many(ascii("x"), 100_000))),
    .init("name cut", .truncated, file(ascii("ctorch"))),
    .init("root a list", .unsupported, file(ascii("]"))),
    .init("root a tensor", .unsupported, file(Pickle.tensor([1], [1], count: 24))),
    .init("root an empty dictionary", .missing, file(ascii("}"))),
    .init(
      "dictionary of numbers", .missing, file(ascii("}"), Pickle.text("state_dict"), Pickle.integer(1), ascii("s"))),
    .init("dictionary that holds itself", .missing, file(ascii("}q\0"), Pickle.text("model"), ascii("h\0s"))),
  ]

  static let bombs: [HostileCase] = [
    .init("memo set without end", .limitExceeded, file(ascii("}"), many(ascii("q\0"), 6_000_000))),
    .init("2,000,000 values", .limitExceeded, file(many(ascii("N"), 2_000_000))),
    .init("2,000,000 containers", .limitExceeded, file(ascii("]"), many(ascii("]a"), 2_000_000))),
    .init(
      "doubling list", .limitExceeded,
      file(ascii("]q\0"), many(ascii("(") + many(ascii("h\0"), 1000) + ascii("e"), 900))),
    .init("marks 300 deep", .limitExceeded, file(many(ascii("("), 300))),
    .init("lists 300 deep", .limitExceeded, file(many(ascii("]"), 300), many(ascii("a"), 299))),
    .init("tuples 1,000,000 deep", .limitExceeded, file(ascii(")"), many([0x85], 1_000_000))),
    .init("list that holds itself", .limitExceeded, file(ascii("]q\0"), many(ascii("h\0a"), 300))),
    .init(
      "storages without end", .limitExceeded,
      file(
        ascii("}"),
        Pickle.tuple(
          Pickle.text("storage"), Pickle.global("torch", "FloatStorage"), Pickle.text("0"), Pickle.text("cpu"),
          Pickle.integer(24)), ascii("q\0b"), many(ascii("h\0Qb"), 200_000))),
    .init("shape of 100,000", .limitExceeded, one(Pickle.tensor([Int](repeating: 1, count: 100_000), [], count: 24))),
    .init(
      "name of 1 MB", .limitExceeded,
      file(
        Pickle.orderedDictionary([
          (String(repeating: "n", count: 1_000_000), Pickle.tensor([1], [1], count: 24))
        ]))),
  ]

  static let tensors: [HostileCase] = [
    .init("view over the end", .outOfBounds, one(Pickle.tensor([25], [1], count: 24))),
    .init("offset over the end", .outOfBounds, one(Pickle.tensor([4], [1], offset: 21, count: 24))),
    .init("negative offset", .outOfBounds, one(Pickle.tensor([4], [1], offset: -1, count: 24))),
    .init("stride over the end", .outOfBounds, one(Pickle.tensor([4], [8], count: 24))),
    .init("negative stride", .outOfBounds, one(Pickle.tensor([4], [-1], offset: 3, count: 24))),
    .init("huge stride", .outOfBounds, one(Pickle.tensor([4], [Int.max / 2], count: 24))),
    .init("huge offset", .outOfBounds, one(Pickle.tensor([4], [1], offset: Int.max - 1, count: 24))),
    .init("huge shape", .limitExceeded, one(Pickle.tensor([1 << 40, 1 << 40], [0, 0], count: 24))),
    .init("expanded bomb", .outOfBounds, one(Pickle.tensor([1 << 40], [0], count: 24))),
    .init("negative size", .malformed, one(Pickle.tensor([-4], [1], count: 24))),
    .init("fewer strides than sizes", .outOfBounds, one(Pickle.tensor([2, 3], [1], count: 24))),
    .init("rank 65", .limitExceeded, one(Pickle.tensor([Int](repeating: 1, count: 65), [], count: 24))),
    .init("storage of another count", .malformed, one(Pickle.tensor([4], [1], count: 23))),
    .init("storage of another type", .malformed, one(Pickle.tensor([4], [1], type: "DoubleStorage", count: 24))),
    .init("storage of a negative count", .malformed, one(Pickle.tensor([4], [1], count: -1))),
    .init("storage of no record", .missing, one(Pickle.tensor([4], [1], key: "9", count: 24))),
    .init("storage outside of its folder", .missing, one(Pickle.tensor([4], [1], key: "../data.pkl", count: 24))),
    .init("complex storage", .forbidden, one(Pickle.tensor([4], [1], type: "ComplexFloatStorage", count: 24))),
    .init(
      "same name twice", .duplicateName,
      file(
        Pickle.orderedDictionary([
          ("a", Pickle.tensor([1], [1], count: 24)), ("a", Pickle.tensor([1], [1], count: 24)),
        ]))),
    .init("tensor of a number", .malformed, file(rebuild, Pickle.tuple(many(Pickle.integer(0), 6)), ascii("R"))),
    .init("tensor of nothing", .malformed, file(rebuild, ascii(")R"))),
    .init("parameter of a number", .malformed, calling("torch._utils", "_rebuild_parameter", Pickle.integer(0))),
    .init(
      "sizes that are text", .malformed,
      file(
        rebuild,
        Pickle.tuple(
          Pickle.storage("FloatStorage", "0", 24), Pickle.integer(0), Pickle.tuple(Pickle.text("4")),
          Pickle.integers([1]), [0x89], ascii("}")), ascii("R"))),
    .init("identifier that is text", .malformed, file(Pickle.text("storage"), ascii("Q"))),
    .init("identifier of another kind", .malformed, file(Pickle.tuple(Pickle.text("module")), ascii("Q"))),
  ]

  @Test(arguments: calls) func call(_ hostile: HostileCase) throws { try hostile.check() }
  @Test(arguments: programs) func program(_ hostile: HostileCase) throws { try hostile.check() }
  @Test(arguments: bombs) func bomb(_ hostile: HostileCase) throws { try hostile.check() }
  @Test(arguments: tensors) func tensor(_ hostile: HostileCase) throws { try hostile.check() }
}

extension PyTorchBytes {
  fileprivate static let noStop = ZipBytes(records: records(Pickle.start + statePickle)).bytes()
}
