import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Where a convolution reads: what a tile needs to know of its input.
struct Reading: Sendable {
  var place: any Place
  var region: Region { place.region }
  /// Of the map that is read, borders and copies included.
  var pixels: Int
  var batchStride: @Sendable () -> Int
  /// `nil` where all pixels of an image make one row.
  var rowStride: Int?
  var pixelStep: Int
  /// For each product of (input channel, tap) the floats from the pixel.
  var offset: @Sendable (_ channel: Int, _ ky: Int, _ kx: Int) -> Int
  /// Of 1×1 kernels on channels in order: floats from the pixel to the first channel, and from block to block.
  var dense: (base: Int, blockStride: Int)?

  /// Neighbouring pixels of a row are neighbours in the input too.
  var slides: Bool { rowStride != nil && pixelStep == 16 }
}

extension Planner {
  /// What a window reads: `view`, or the value of `input` where that lies as the caller gave it.
  mutating func read(
    _ view: BlockedView?, _ input: Graph.ID, _ window: Window, output: Shape, products: Int
  ) -> Reading {
    guard let view else { return readPlanar(input, graph[input].shape, window) }
    if window == Window(1) { return readFlat(view) }
    let shifted = ShiftedReading(window, output: output)
    guard
      shifted.isWorthIt(
        view, products: products, heights: kernels.tileHeights, copyCycles: tuning.copyCycles)
    else { return readBlocked(view, window) }
    return readShifted(view, shifted, window, width: output[3])
  }

  /// 1×1, stride 1: pixels in a row, whatever the rows of the map are.
  func readFlat(_ view: BlockedView) -> Reading {
    let plane = view.region.plane
    let channels = view.channels
    return Reading(
      place: view, pixels: view.pixels, batchStride: { view.region.batchStride }, rowStride: nil, pixelStep: 16,
      offset: { c, _, _ in channels[c] / 16 * plane + channels[c] % 16 }, dense: view.dense)
  }

  /// Few channels, as the caller gave them: read from a planar image with zeros around it.
  mutating func readPlanar(_ input: Graph.ID, _ x: Shape, _ window: Window) -> Reading {
    let (height, width) = (x[2] + window.pads.top + window.pads.bottom, x[3] + window.pads.left + window.pads.right)
    var region = plain(input)
    if window.pads != .none {
      let padded = placePlain(floats: x[0] * x[1] * height * width)
      emitPlanarPadding(from: region, to: padded, x, window.pads)
      region = padded
    }
    let plane = height * width
    return Reading(
      place: region, pixels: plane, batchStride: { x[1] * plane }, rowStride: window.strides[0] * width,
      pixelStep: window.strides[1],
      offset: { c, ky, kx in c * plane + ky * window.dilations[0] * width + kx * window.dilations[1] }, dense: nil)
  }

  /// Blocks, in a copy with zeros around them where the window reaches over the edge.
  mutating func readBlocked(_ source: BlockedView, _ window: Window) -> Reading {
    let view = window.pads == .none ? source : padded(source, window.pads)
    let (plane, width, channels) = (view.region.plane, view.width, view.channels)
    return Reading(
      place: view, pixels: view.pixels, batchStride: { view.region.batchStride },
      rowStride: window.strides[0] * width * 16, pixelStep: window.strides[1] * 16,
      offset: { c, ky, kx in
        channels[c] / 16 * plane + channels[c] % 16
          + (ky * window.dilations[0] * width + kx * window.dilations[1]) * 16
      }, dense: window.kernel == [1, 1] ? view.dense : nil)
  }
}
