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
  /// What is read instead of the place: some rows at a time.
  var image: PaddedImagePlan?
  /// Of 1×1 kernels on channels in order: floats from the pixel to the first channel, and from block to block.
  var dense: (base: Int, blockStride: Int)?

  /// What is needed meanwhile.
  var scratch: [Region] { image.map { [$0.bands] } ?? [] }
  /// Neighbouring pixels of a row are neighbours in the input too.
  var slides: Bool { rowStride != nil && pixelStep == 16 }
}

extension Planner {
  /// What a convolution reads: `pairs`, or the value of its input as that lies, or a copy.
  mutating func read(_ node: Graph.Node, _ fused: FusedConv, _ pairs: BlockedView?) -> Reading {
    let (input, window) = (node.inputs[0], fused.conv.window)
    if let bordered = bordered(input) { return readRows(bordered, window) }
    if pairs == nil, window != Window(1), graph[input].shape[1] <= 8, !hasBlocked(input) {
      return readPlanar(input, graph[input].shape, window)
    }
    let view = pairs ?? blocked(input)
    if window == Window(1) { return readFlat(view) }
    if let shifted = shiftedReading(node, window, view.blocks.count, arePairs: pairs != nil) {
      return readShifted(view, shifted, window, width: node.shape[3])
    }
    return readRows(window.pads == .none ? view : padded(view, window.pads), window)
  }

  /// The zeros around its input for which a convolution would copy it; `nil` where it reads in another way.
  func borderToRead(_ node: Graph.Node) -> Pads? {
    guard let fused = node.op as? FusedConv, isConstant[node.inputs[1]], isConstant[node.inputs[2]],
      fused.conv.window.pads != .none, !isDepthwise(node, fused), winogradTiling(node, fused) == nil,
      !takesPairs(node, fused)
    else { return nil }
    let blocks = (graph[node.inputs[0]].shape[1] + 15) / 16
    return shiftedReading(node, fused.conv.window, blocks, arePairs: false) == nil ? fused.conv.window.pads : nil
  }

  /// Copies to read from instead of a map, where they are worth it.
  private func shiftedReading(
    _ node: Graph.Node, _ window: Window, _ blocks: Int, arePairs: Bool
  ) -> ShiftedReading? {
    let (x, filter) = (graph[node.inputs[0]].shape, graph[node.inputs[1]].shape)
    let shifted = ShiftedReading(window, output: node.shape)
    let isWorthIt = shifted.isWorthIt(
      x, blocks: blocks, products: filter.elementCount / (arePairs ? 2 : 1), heights: kernels.tileHeights,
      copyCycles: tuning.copyCycles)
    return isWorthIt ? shifted : nil
  }

  /// 1×1, stride 1: pixels in a row, whatever the rows of the map are.
  func readFlat(_ view: BlockedView) -> Reading {
    let plane = view.region.plane
    let channels = view.channels
    return Reading(
      place: view, pixels: view.pixels, batchStride: { view.region.batchStride }, rowStride: nil, pixelStep: 16,
      offset: { c, _, _ in channels[c] / 16 * plane + channels[c] % 16 }, dense: view.dense)
  }

  /// Few channels, as the caller gave them: read from a planar image, or where zeros lie around it from bands of one.
  mutating func readPlanar(_ input: Graph.ID, _ x: Shape, _ window: Window) -> Reading {
    let (height, width) = (x[2] + window.pads.top + window.pads.bottom, x[3] + window.pads.left + window.pads.right)
    let image = window.pads == .none ? nil : planImage(x, window, height: height)
    let plane = (image?.height ?? height) * width
    return Reading(
      place: plain(input), pixels: height * width, batchStride: { x[1] * plane }, rowStride: window.strides[0] * width,
      pixelStep: window.strides[1],
      offset: { c, ky, kx in c * plane + ky * window.dilations[0] * width + kx * window.dilations[1] }, image: image,
      dense: nil)
  }

  /// Rows of blocks, with zeros around them where the window reaches over the edge.
  func readRows(_ view: BlockedView, _ window: Window) -> Reading {
    let (plane, row, channels) = (view.region.plane, view.rowStride, view.channels)
    return Reading(
      place: view, pixels: plane / 16, batchStride: { view.region.batchStride }, rowStride: window.strides[0] * row,
      pixelStep: window.strides[1] * 16,
      offset: { c, ky, kx in
        channels[c] / 16 * plane + channels[c] % 16 + ky * window.dilations[0] * row + kx * window.dilations[1] * 16
      }, dense: window.kernel == [1, 1] ? view.dense : nil)
  }
}
