/// A value on the stack of the pickle machine. It holds no memory of its own: text stays in the file, and containers
/// lie in an arena, so that no depth of nesting can exhaust the stack of the process.
enum PickleValue {
  /// A value that nothing here looks into: `None`, a truth value, a float, a set, a large integer, a dtype.
  case opaque
  case integer(Int)
  /// The place of the text in the file: at most 64 MiB lie after `base`.
  case text(start: UInt32, count: UInt32)
  /// Containers are positions in `PickleMachine.objects`.
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  /// A position in `PickleMachine.storages`.
  case storage(Int)
  /// A position in `PickleMachine.tensors`.
  case tensor(Int)
}

/// A container. The items of a dictionary are its keys and values in turn.
struct PickleObject {
  var items: [PickleValue] = []
  var depth = 1
}

/// A run of elements in the archive.
struct PickleStorage {
  var type: ElementType
  /// The text that names its record.
  var key: PickleValue
  /// In elements.
  var count: Int
}

/// A view of a storage; sizes, strides and offset are in elements and not checked yet.
struct PickleTensor {
  var storage: PickleStorage
  var offset: Int
  var extents: [Int]
  var strides: [Int]
}

/// The names that a pickle may use. None stands for code: they tell how data is to be put together.
enum PickleGlobal: Hashable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)
  case elementType

  static let table: [String: PickleGlobal] = [
    "collections OrderedDict": .orderedDictionary,
    "torch._utils _rebuild_tensor_v2": .rebuildTensor,
    "torch._utils _rebuild_parameter": .rebuildParameter,
    "torch FloatStorage": .storage(.f32),
    "torch DoubleStorage": .storage(.f64),
    "torch HalfStorage": .storage(.f16),
    "torch BFloat16Storage": .storage(.bf16),
    "torch LongStorage": .storage(.i64),
    "torch IntStorage": .storage(.i32),
    "torch ShortStorage": .storage(.i16),
    "torch CharStorage": .storage(.i8),
    "torch ByteStorage": .storage(.u8),
    "torch BoolStorage": .storage(.bool),
    "torch float32": .elementType,
    "torch float64": .elementType,
    "torch float16": .elementType,
    "torch bfloat16": .elementType,
    "torch int64": .elementType,
    "torch int32": .elementType,
    "torch uint8": .elementType,
    "torch bool": .elementType,
  ]
}
