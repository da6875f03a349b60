import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// How Winograd's transforms cut the map of a convolution into tiles: planes, or lines along its columns. A map with lines along its
/// rows is walked through as if it were transposed.
struct WinogradTiling {
  var kernel: WinogradKernel
  var isPlane: Bool
  var isTransposed: Bool
  /// Of the map that is written, transposed where `isTransposed`.
  var height: Int
  var width: Int

  /// With every transform that there is for such a window.
  static func all(_ kernels: KernelSet, _ window: Window, _ output: Shape) -> [WinogradTiling] {
    let (rows, columns) = (window.kernel[0], window.kernel[1])
    let taps = max(rows, columns)
    guard rows == columns || rows + columns == taps + 1, window.strides[0] == window.strides[1] else { return [] }
    let isTransposed = rows < columns
    let fitting = (rows == columns ? kernels.winogradPlanes : kernels.winogradLines).filter {
      $0.taps == taps && $0.stride == window.strides[0]
    }
    return fitting.map {
      WinogradTiling(
        kernel: $0, isPlane: rows == columns, isTransposed: isTransposed, height: output[isTransposed ? 3 : 2],
        width: output[isTransposed ? 2 : 3])
    }
  }

  /// Inputs of a tile, and as many products.
  var elements: (rows: Int, columns: Int) { (kernel.elements, isPlane ? kernel.elements : 1) }
  var elementCount: Int { elements.rows * elements.columns }
  var outputs: (rows: Int, columns: Int) { (kernel.outputs, isPlane ? kernel.outputs : 1) }
  /// Of one image.
  var tiles: (rows: Int, columns: Int) {
    ((height + outputs.rows - 1) / outputs.rows, (width + outputs.columns - 1) / outputs.columns)
  }
  var tileCount: Int { tiles.rows * tiles.columns }

  /// How many products of direct sums one of a transform stands for.
  var productsSaved: Double {
    let taps = isPlane ? kernel.taps * kernel.taps : kernel.taps
    return Double(outputs.rows * outputs.columns * taps) / Double(elementCount)
  }

  /// Of transformed weights.
  func weightBytes(_ filter: Shape) -> Int { elementCount * 4 * filter[0] * filter[1] }

  /// The input channels of each sum, in whole blocks.
  func sums(_ depth: Int) -> [Range<Int>] {
    let blocks = (depth + 15) / 16
    return (0..<kernel.sums).map { i in
      blocks * i / kernel.sums * 16..<min(depth, blocks * (i + 1) / kernel.sums * 16)
    }
  }

  /// Why transforms are not worth it; `nil` where they are.
  func refusal(_ conv: Conv, _ input: Shape, _ output: Shape, _ precision: Precision, _ tuning: Tuning) -> String? {
    if precision == .strict { return "sums are to be direct" }
    if conv.window.dilations != [1, 1] { return "its dilation is not 1" }
    if conv.group != 1 { return "its channels are in groups" }
    let channels = max(tuning.winogradChannels, kernel.sums == 1 ? 1 : kernel.sums * 16)
    if min(input[1], output[1]) < channels { return "it has fewer than \(channels) channels" }
    if height < outputs.rows || width < outputs.columns { return "its map is smaller than a tile" }
    // Partly filled tiles waste some products.
    let taps = conv.window.kernel[0] * conv.window.kernel[1]
    if tileCount * elementCount * 3 >= height * width * taps * 2 { return "its map would leave tiles empty" }
    let bytes = weightBytes([output[1], input[1]])
    if bytes > tuning.winogradWeightBytes, tileCount < tuning.winogradSharingTiles {
      return "too few tiles would share \(bytes >> 20) MiB of weights"
    }
    return nil
  }
}
