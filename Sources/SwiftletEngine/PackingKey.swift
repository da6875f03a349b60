import CPlatform
import SwiftletGraph

extension Plan {
  /// All that the packed constants depend on: equal keys, equal bits. `nil` where weights or code cannot say where they are from.
  ///
  /// That is the program, whose code packs; the instruction set and its bfloat16, the precision, the tuning and the threads, which
  /// the planner looks at; the graph with its shapes and attributes; and the origin of every array.
  func packingKey(_ weights: Weights) -> [UInt8]? {
    guard let codeFile else { return nil }
    let key = KeyWriter()
    key.add(codeFile)
    key.add(instructionSet.rawValue)
    key.add(instructionSet.hasBFloat16 ? 1 : 0)
    key.add(precision.rawValue)
    key.add(tuning.values)
    key.add(threads)
    for node in graph.nodes {
      key.add(type(of: node.op).name)
      key.add(node.inputs)
      key.add(node.shape)
      switch node.op {
      case is Parameter:
        guard weights.shape(node.name) == node.shape, let origin = weights.origin(node.name) else { return nil }
        key.add(origin)
      case let constant as Constant:
        constant.scalars.withUnsafeBytes { key.bytes += $0 }
      default:
        guard (try? node.op.encode(to: AttributeEncoder(key: key))) != nil else { return nil }
      }
    }
    key.add(graph.outputs)
    return key.bytes
  }
}

/// Which file this code was loaded from, and which state of it; `nil` where the system does not say.
private let codeFile: [Int]? = {
  var numbers = [Int64](repeating: 0, count: Int(PLATFORM_FILE_NUMBERS))
  return platform_code_file(&numbers) == 0 ? numbers.map { Int($0) } : nil
}()

/// Numbers of 8 bytes each, texts and lists with their length before them: parts that cannot be confused.
final class KeyWriter {
  var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1 << 17) }

  func add(_ number: Int) { withUnsafeBytes(of: number) { bytes += $0 } }

  func add(_ text: String) {
    add(text.utf8.count)
    bytes += text.utf8
  }

  func add(_ numbers: some RandomAccessCollection<Int>) {
    add(numbers.count)
    for number in numbers { add(number) }
  }
}
