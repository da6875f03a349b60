import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// How a window is read from copies of its input, one for each column of the filter: the pixels of all rows of the output then make
/// one row, which tiles of the largest height fill better than many short ones.
struct ShiftedReading {
  private let window: Window
  private let (height, width): (Int, Int)
  /// The filter's rows that meet the same rows of the input, moved by whole rows of the output: how far the last one is moved.
  private var lastShift: [Int: Int] = [:]

  init(_ window: Window, output: Shape) {
    (self.window, height, width) = (window, output[2], output[3])
    for ky in 0..<window.kernel[0] {
      let (shift, residue) = (ky * window.dilations[0]).quotientAndRemainder(dividingBy: window.strides[0])
      lastShift[residue] = max(lastShift[residue] ?? 0, shift)
    }
  }

  /// All maps have the output's width; these are their rows, one map below the other.
  var maps: [ShiftedCopyCommand.Map] {
    (0..<window.kernel[1]).flatMap { kx in
      lastShift.sorted { $0.key < $1.key }.map { residue, shift in
        ShiftedCopyCommand.Map(
          top: residue - window.pads.top, left: kx * window.dilations[1] - window.pads.left, rows: height + shift)
      }
    }
  }

  var rows: Int { maps.reduce(0) { $0 + $1.rows } }

  /// The row of the copy that an output in row 0 sees by one tap.
  func row(_ ky: Int, _ kx: Int) -> Int {
    let (shift, residue) = (ky * window.dilations[0]).quotientAndRemainder(dividingBy: window.strides[0])
    let before = lastShift.filter { $0.key < residue }.reduce(0) { $0 + height + $1.value }
    return kx * (rows / window.kernel[1]) + before + shift
  }

  /// Whether the tiles gain more than the larger copy costs: a pixel of a tile takes a cycle for each product, one of a copy some for
  /// each block. A filter of one pixel sees no pixel twice: its copy brings together what is used.
  func isWorthIt(_ input: Shape, blocks: Int, products: Int, heights: TileHeights, copyCycles: Int) -> Bool {
    if window.kernel == [1, 1] { return true }
    let rowCost = cutRow(width, heights: heights).cost(threads: 1) * height
    let gain = (rowCost - cutRow(height * width, heights: heights).cost(threads: 1)) / 2 * (products / 16)
    let pads = window.pads
    let padded =
      pads == .none ? 0 : (input[2] + pads.top + pads.bottom) * (input[3] + pads.left + pads.right)
    return gain > (rows * width - padded) * blocks * copyCycles
  }
}

extension Planner {
  /// The copies, and where in them each tap of each channel lies.
  mutating func readShifted(
    _ source: BlockedView, _ shifted: ShiftedReading, _ window: Window, width: Int
  ) -> Reading {
    let copy = place(
      batch: source.batch, channels: source.channels.count, height: shifted.rows, width: width, layout: source.layout)
    let (inputs, outputs, maps) = (source.blocks, copy.blocks, shifted.maps)
    emit("", "shifted copies", touching: [source, copy]) { binder in
      func planes(_ region: Region, _ blocks: [Int]) -> UnsafePointer<Int> {
        binder.keep((0..<source.batch).flatMap { n in blocks.map { n * region.batchStride + $0 * region.plane } })
      }
      let command = ShiftedCopyCommand(
        input: binder.pointer(source.region), output: binder.pointer(copy.region),
        inputPlanes: planes(source.region, inputs), outputPlanes: planes(copy.region, outputs),
        planes: source.batch * inputs.count, inputHeight: source.height, inputWidth: source.width, width: width,
        strideY: window.strides[0], strideX: window.strides[1], maps: binder.keep(maps), mapCount: maps.count)
      return Command(function: ShiftedCopyCommand.run, arguments: binder.keep(command))
    }
    let (plane, channels) = (copy.region.plane, copy.channels)
    let rows = (0..<window.kernel[0]).map { ky in (0..<window.kernel[1]).map { kx in shifted.row(ky, kx) } }
    return Reading(
      place: copy, pixels: copy.pixels, batchStride: { copy.region.batchStride }, rowStride: nil, pixelStep: 16,
      offset: { c, ky, kx in channels[c] / 16 * plane + channels[c] % 16 + rows[ky][kx] * width * 16 },
      dense: window.kernel == [1, 1] ? copy.dense : nil)
  }
}
