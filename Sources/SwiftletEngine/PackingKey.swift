import CPlatform
import SwiftletGraph

extension Plan {
  /// All that the packed constants depend on: equal keys, equal bits. `nil` where weights or code cannot say where they are from.
  ///
  /// That is the program, whose code packs; the instruction set and the threads, which the planner looks at; the graph with its
  /// shapes and attributes; and the origin of every array.
  func packingKey(_ weights: Weights) -> [UInt8]? {
    guard let code = codeFile else { return nil }
    let text = KeyText()
    text.add("\(code) \(instructionSet) \(threads)")
    for node in graph.nodes {
      text.add(type(of: node.op).name)
      text.add(node.inputs)
      text.add(node.shape)
      switch node.op {
      case is Parameter:
        guard weights.shape(node.name) == node.shape, let origin = weights.origin(node.name) else { return nil }
        text.add(origin)
      case let constant as Constant:
        constant.scalars.withUnsafeBytes { text.bytes += $0 }
      default:
        guard (try? node.op.encode(to: AttributeEncoder(text: text))) != nil else { return nil }
      }
    }
    text.add(graph.outputs)
    return text.bytes
  }
}

/// Which file this code was loaded from, and which state of it; `nil` where the system does not say.
private let codeFile: String? = {
  var identity = code_file()
  guard platform_code_file(&identity) == 0 else { return nil }
  return "\(identity)"
}()

/// Text in parts that cannot be confused: each ends with a zero.
final class KeyText {
  var bytes: [UInt8] = []

  func add(_ part: some LosslessStringConvertible) {
    bytes += part.description.utf8
    bytes.append(0)
  }

  func add(_ numbers: some Collection<Int>) {
    add(numbers.count)
    for number in numbers { add(number) }
  }
}
