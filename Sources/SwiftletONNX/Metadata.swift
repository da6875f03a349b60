public import SwiftletGraph

extension ONNXModel {
  /// What a program that reads the file must know to feed it photos and to name its answers: the entries of `metadata_props`.
  /// - Parameters:
  ///   - classes: how many there are; 0 for features.
  ///   - labels: the names of the classes, one a line in the file.
  public static func metadata(
    model: String, _ preprocessing: Preprocessing, classes: Int, labels: [String]? = nil
  ) -> KeyValuePairs<String, String> {
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: " ") }
    let names = labels?.joined(separator: "\n") ?? ""
    return [
      "model": model, "channels": "\(preprocessing.channels)", "height": "\(preprocessing.height)",
      "width": "\(preprocessing.width)", "interpolation": preprocessing.interpolation.rawValue,
      "crop_fraction": "\(preprocessing.cropFraction)", "crop_mode": preprocessing.cropMode.rawValue,
      "channel_order": preprocessing.channelOrder.rawValue,
      "mean": list(preprocessing.mean), "std": list(preprocessing.std), "classes": "\(classes)", "labels": names,
    ]
  }
}
