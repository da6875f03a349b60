import SwiftletGraph

/// A state dict that `torch.save` wrote: a zip archive with a pickle `data.pkl` and a record for each storage.
///
/// The file may hold the state dict itself or a dictionary that has it under one of `stateKeys`; the first of these
/// that is a dictionary of tensors is taken.
/// Source: `torch/serialization.py`, `caffe2/serialize/inline_container.h`.
enum PyTorchFile {
  static let stateKeys = ["state_dict", "model", "state_dict_ema", "model_ema"]

  /// Says what to do with the formats that came before the zip archive.
  static let legacyAdvice =
    "Load it in Python and save it again: torch.save(state_dict, path, _use_new_zipfile_serialization=True), "
    + "or safetensors.torch.save_file(state_dict, path)."

  static func open(_ file: MappedFile) throws(FormatError) -> ArrayFile {
    let archive = try ZipArchive(file)
    let pickles = archive.records.filter { $0.name.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw FormatError(
        .unsupported, path: file.path, found: "a zip archive with \(pickles.count) records named data.pkl",
        expected: "one, as torch.save writes it")
    }
    let prefix = pickle.name.dropLast("data.pkl".count)
    let records = Dictionary(uniqueKeysWithValues: archive.records.map { ($0.name, $0) })
    if records["\(prefix)constants.pkl"] != nil {
      throw FormatError(
        .unsupported, path: file.path, found: "a TorchScript archive", expected: "a state dict",
        advice: "In Python: torch.save(torch.jit.load(path).state_dict(), other_path).")
    }
    try pickle.verify()
    var machine = try PickleMachine(file, pickle.bytes)
    let root = try machine.run()
    let isBigEndian = try isBigEndian(records["\(prefix)byteorder"], file)
    var arrays: [StoredArray] = []
    for (name, tensor) in try stateDictionary(root, machine) {
      let recordName = "\(prefix)data/\(try machine.text(tensor.storage.key))"
      guard let record = records[recordName] else {
        throw FormatError(
          .missing, path: file.path, place: name, found: "no record \(recordName)", expected: "its storage",
          advice: "The file may be damaged. Fetch it again.")
      }
      arrays.append(try array(name, tensor, record, isBigEndian, file))
    }
    return ArrayFile(path: file.path, arrays: arrays)
  }

  private static func isBigEndian(_ record: ZipRecord?, _ file: MappedFile) throws(FormatError) -> Bool {
    guard let record else { return false }
    try record.verify()
    var cursor = try ByteCursor(file, record.bytes, record.name)
    let order = try cursor.text(record.bytes.count)
    guard order == "little" || order == "big" else {
      throw cursor.error(.malformed, "the byte order \"\(order.prefix(20))\"", "little or big")
    }
    return order == "big"
  }

  /// Names and tensors in the order of the pickle.
  private static func stateDictionary(
    _ root: PickleValue, _ machine: PickleMachine
  ) throws(FormatError) -> [(String, PickleTensor)] {
    guard case .dictionary(let dictionary) = root else {
      throw machine.error(.unsupported, "another kind of value", "a state dict", PickleMachine.advice)
    }
    if let tensors = try tensors(dictionary, machine) { return tensors }
    let items = machine.objects[dictionary].items
    for key in stateKeys {
      for i in stride(from: 0, to: items.count, by: 2) {
        guard case .text = items[i], try machine.text(items[i]) == key, case .dictionary(let inner) = items[i + 1],
          let tensors = try tensors(inner, machine)
        else { continue }
        return tensors
      }
    }
    throw machine.error(
      .missing, "no dictionary of tensors", "one, or one under \(stateKeys.joined(separator: ", "))",
      PickleMachine.advice)
  }

  /// The contents of a dictionary of tensors; `nil` when it is empty or holds something else.
  private static func tensors(
    _ dictionary: Int, _ machine: PickleMachine
  ) throws(FormatError) -> [(String, PickleTensor)]? {
    let items = machine.objects[dictionary].items
    var tensors: [(String, PickleTensor)] = []
    var names: Set<String> = []
    for i in stride(from: 0, to: items.count, by: 2) {
      guard case .text = items[i], case .tensor(let tensor) = items[i + 1] else { return nil }
      let name = try machine.text(items[i])
      guard names.insert(name).inserted else {
        throw machine.error(.duplicateName, "the name \(name) comes twice", "distinct names")
      }
      tensors.append((name, machine.tensors[tensor]))
    }
    return tensors.isEmpty ? nil : tensors
  }

  private static func array(
    _ name: String, _ tensor: PickleTensor, _ record: ZipRecord, _ isBigEndian: Bool, _ file: MappedFile
  ) throws(FormatError) -> StoredArray {
    let storage = tensor.storage
    guard record.bytes.count / storage.type.size == storage.count, record.bytes.count % storage.type.size == 0 else {
      throw FormatError(
        .malformed, path: file.path, place: record.name, found: "\(record.bytes.count) bytes",
        expected: "\(storage.count) elements of \(storage.type.size) bytes")
    }
    let shape = Shape(tensor.extents)
    guard try StoredArray.count(shape, file.path, name) <= storage.count else {
      throw FormatError(
        .outOfBounds, path: file.path, place: name, found: "shape \(shape), more elements than its storage has",
        expected: "at most \(storage.count)", advice: "In Python, call contiguous() on the tensor before it is saved.")
    }
    return try StoredArray(
      file, name: name, type: storage.type, isBigEndian: isBigEndian, shape: shape, strides: tensor.strides,
      offset: tensor.offset, storage: record.bytes
    ) { () throws(FormatError) in try record.verify() }
  }
}
