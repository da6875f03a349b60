import SwiftProtobuf
public import SwiftletGraph

/// An operator that can be written as ONNX (operator set 17, https://onnx.ai/onnx/operators).
///
/// Where ONNX has the operator, its attributes are all there is to say; where it has none, `writeONNX` writes others that
/// compute the same. An operator of your own is exported once it conforms.
public protocol ONNXOperator: Op {
  /// The attributes of ONNX's operator of the same name; none where an operator has none.
  var onnxAttributes: ONNXAttributes { get }

  /// Writes the operator and returns the name of its value. ONNX's operator of the same name, applied to the same inputs, where
  /// an operator does not say otherwise.
  func writeONNX(_ onnx: inout ONNXWriter) -> String
}

extension ONNXOperator {
  public var onnxAttributes: ONNXAttributes { [:] }
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { onnx.apply(Self.name, onnx.inputs, onnxAttributes) }
}

/// Attributes in the order in which they are written.
public typealias ONNXAttributes = KeyValuePairs<String, ONNXAttribute>

/// The value of an attribute.
public enum ONNXAttribute: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  case integer(Int)
  case integers([Int])
  case number(Float)
  case text(String)

  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .text(value) }

  func message(_ name: String) -> ONNXAttributeProto {
    .with {
      $0.name = name
      switch self {
      case .integer(let value): ($0.type, $0.i) = (.int, Int64(value))
      case .integers(let values): ($0.type, $0.ints) = (.ints, values.map(Int64.init))
      case .number(let value): ($0.type, $0.f) = (.float, value)
      case .text(let value): ($0.type, $0.s) = (.string, value)
      }
    }
  }
}
