import Foundation
public import SwiftletGraph

/// What is wrong with an operator; empty where nothing is. Any operator may be asked.
///
/// On each of its samples: the reference fills the shape that the rule states with finite numbers, the attributes survive
/// JSON, costs are not negative. Beside them: inputs and attributes that do not fit give an error and never a trap.
public func checkOp(_ type: any Op.Type) -> [String] {
  if type.samples.isEmpty { return ["\(type.name) has no samples"] }
  var random = Random(seed: 7)
  return type.samples.enumerated().flatMap { i, sample -> [String] in
    if Swift.type(of: sample.op) != type { return ["sample \(i) is a \(Swift.type(of: sample.op).name)"] }
    let found = onSample(sample) + onStrangeInputs(sample, &random) + onStrangeAttributes(sample)
    return found.map { "\(type.name), sample \(i): \($0)" }
  }
}

private func onSample(_ sample: Sample) -> [String] {
  do {
    let shape = try sample.op.shape(sample.inputs)
    var found: [String] = []
    let y = sample.op.reference(sample.arrays())
    if y.shape != shape { found.append("the reference gives \(y.shape), the rule says \(shape)") }
    if !y.scalars.allSatisfy(\.isFinite) { found.append("the reference gives numbers that are not finite") }
    let cost = sample.op.cost(sample.inputs, shape)
    if min(cost.multiplyAdds, cost.bytesRead, cost.bytesWritten) < 0 { found.append("\(cost) is negative") }
    if try !survivesJSON(sample.op) { found.append("\(sample.op) changes on its way through JSON") }
    return found
  } catch {
    return ["\(error)"]
  }
}

private func survivesJSON<T: Op>(_ op: T) throws -> Bool {
  try JSONDecoder().decode(T.self, from: JSONEncoder().encode(op)) == op
}

/// Random inputs, and the sample's with one thing changed.
private func onStrangeInputs(_ sample: Sample, _ random: inout Random) -> [String] {
  (0..<300).compactMap { i in
    let count = Int.random(in: 0...4, using: &random)
    let inputs = i % 2 == 0 ? (0..<count).map { _ in random.shape() } : changed(sample.inputs, &random)
    return disagreement(sample.op, inputs, &random)
  }
}

/// The shapes with a dimension, a rank or the number of inputs changed.
private func changed(_ inputs: [Shape], _ random: inout Random) -> [Shape] {
  var inputs = inputs
  let i = inputs.indices.randomElement(using: &random)!
  switch Int.random(in: 0..<6, using: &random) {
  case 0: inputs.remove(at: i)
  case 1: inputs.append(inputs[i])
  case 2: inputs[i].dimensions.append(1)
  case 3: inputs[i].dimensions = Array(inputs[i].dimensions.dropLast())
  default:
    guard let d = inputs[i].indices.randomElement(using: &random) else { break }
    inputs[i][d] = Int.random(in: 1...9, using: &random)
  }
  return inputs
}

/// How rule and reference disagree about inputs that the rule may refuse.
private func disagreement(_ op: any Op, _ inputs: [Shape], _ random: inout Random) -> String? {
  guard let shape = try? op.shape(inputs), shape.isValid, shape.elementCount <= 4096,
    inputs.allSatisfy({ $0.elementCount <= 4096 })
  else { return nil }
  let cost = op.cost(inputs, shape)
  if min(cost.multiplyAdds, cost.bytesRead, cost.bytesWritten) < 0 { return "\(cost) for \(inputs) is negative" }
  let found = op.reference(inputs.map { random.array($0) }).shape
  return found == shape ? nil : "\(op) of \(inputs) is \(found), the rule says \(shape)"
}

/// Attributes as they might stand in a file that someone made by hand.
private func onStrangeAttributes(_ sample: Sample) -> [String] {
  func check<T: Op>(_ op: T) -> [String] {
    guard let data = try? JSONEncoder().encode(op), let json = try? JSONSerialization.jsonObject(with: data) else {
      return []
    }
    var random = Random(seed: 3)
    return variations(of: json).compactMap { variation in
      guard let data = try? JSONSerialization.data(withJSONObject: variation),
        let strange = try? JSONDecoder().decode(T.self, from: data)
      else { return nil }
      return disagreement(strange, sample.inputs, &random)
    }
  }
  return check(sample.op)
}

/// The value with one number changed to an extreme one, or one list cut or lengthened.
private func variations(of json: Any) -> [Any] {
  switch json {
  case let object as [String: Any]:
    return object.flatMap { key, value -> [Any] in
      variations(of: value).map { variation in object.merging([key: variation]) { $1 } }
    }
  case let list as [Any]:
    let lengths: [Any] = [[Any](), Array(list.dropLast()), list + list.prefix(1)]
    return lengths
      + list.indices.flatMap { i in
        variations(of: list[i]).map { variation -> Any in
          var list = list
          list[i] = variation
          return list
        }
      }
  case is NSNumber:
    return [0, 1, 2, -1, 100, Int(Int32.max), Int(Int32.max) + 1, 1 << 62, Int.max, Int.min]
  default:
    return []
  }
}
