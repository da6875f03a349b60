import SwiftletGraph

/// What every format of named arrays comes to.
struct ArrayFile {
  let path: String
  /// In the order of the file.
  var arrays: [StoredArray]
  /// Free text beside the arrays, by key.
  var metadata: [String: String] = [:]

  /// The arrays as weights, each read from the file when it is asked for.
  var weights: Weights {
    var weights = Weights(source: path)
    let identity = arrays.first?.file.identity
    for array in arrays {
      let origin = identity.map { "\($0) \(array.name)" }
      weights.add(array.name, array.shape, origin: origin) { try array.load() }
    }
    return weights
  }
}
