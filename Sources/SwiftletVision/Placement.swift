import SwiftletGraph

/// How large a photo is scaled, and where the input of a network lies on it.
struct Placement {
  private(set) var width: Int
  private(set) var height: Int
  /// The left and upper edge of the input on the scaled photo; negative where there is a border.
  let left: Int
  let top: Int

  /// The rules are those of timm's evaluation transform, which builds on torchvision's `Resize` and `CenterCrop`.
  init(_ preprocessing: Preprocessing, width: Int, height: Int) throws(PreprocessingError) {
    let target = (
      width: try Self.scaled(preprocessing.width, preprocessing.cropFraction),
      height: try Self.scaled(preprocessing.height, preprocessing.cropFraction)
    )
    let size =
      switch preprocessing.cropMode {
      case .squash: target
      case .center where target.width == target.height: Self.shorterSide(target.width, width, height)
      case .center: Self.proportional(width, height, target, min)
      case .border: Self.proportional(width, height, target, max)
      }
    guard size.width > 0, size.height > 0 else {
      throw PreprocessingError(
        "a photo of \(width)×\(height) that scales to \(size.width)×\(size.height)", expected: "at least one pixel")
    }
    self.width = size.width
    self.height = size.height
    left = Self.offset(size.width, preprocessing.width)
    top = Self.offset(size.height, preprocessing.height)
  }

  private static func scaled(_ side: Int, _ fraction: Double) throws(PreprocessingError) -> Int {
    let scaled = (Double(side) / fraction).rounded(.down)
    guard scaled >= 1, scaled <= 0x1p24 else {
      throw PreprocessingError("a crop fraction of \(fraction)", expected: "one that scales \(side) to 1…2^24 pixels")
    }
    return Int(scaled)
  }

  /// The shorter side becomes `side`, the longer follows and is rounded down.
  private static func shorterSide(_ side: Int, _ width: Int, _ height: Int) -> (width: Int, height: Int) {
    let (short, long) = (min(width, height), max(width, height))
    let longer = Int(Double(side * long) / Double(short))
    return width <= height ? (side, longer) : (longer, side)
  }

  /// The photo covers the target (`min`) or fits in it (`max`); both sides are rounded to nearest, halves to even.
  private static func proportional(
    _ width: Int, _ height: Int, _ target: (width: Int, height: Int), _ choose: (Double, Double) -> Double
  ) -> (width: Int, height: Int) {
    let ratio = choose(Double(height) / Double(target.height), Double(width) / Double(target.width))
    func side(_ side: Int) -> Int { Int((Double(side) / ratio).rounded(.toNearestOrEven)) }
    return (side(width), side(height))
  }

  /// Half of what is too much is cut off, halves rounded to even; half of what lacks is a border, rounded down.
  private static func offset(_ scaled: Int, _ crop: Int) -> Int {
    scaled >= crop ? Int((Double(scaled - crop) / 2).rounded(.toNearestOrEven)) : -((crop - scaled) / 2)
  }
}
