import SwiftletKernels

// Values between pixels, at places that a network computes.

/// Where a window's taps lie: tap t at (t / width, t % width), or column by column.
struct TapGrid: BitwiseCopyable {
  var width = 0
  var strideY = 1
  var strideX = 1
  var dilationY = 1
  var dilationX = 1
  var top = 0
  var left = 0
}

/// All taps of a deformable convolution, in blocks.
struct DeformSamplesCommand: BitwiseCopyable {
  var arguments: SamplingArguments
  var function: SamplingFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// `[batch, groups, taps, 2, pixels]`.
  var offset: UnsafePointer<Float>
  /// `[batch, groups, taps, pixels]`.
  var mask: UnsafePointer<Float>?
  var grid: TapGrid
  /// Floats from the image to each block, and the group of offsets it belongs to.
  var blocks: UnsafePointer<Int>
  var blockGroups: UnsafePointer<Int>
  var blockCount: Int
  var groups: Int
  var taps: Int
  var batch: Int
  var height: Int
  var width: Int
  var inputBatchStride: Int
  var outputBatchStride: Int
  var outputPlane: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: DeformSamplesCommand.self)
    for unit in share(c.pointee.batch * c.pointee.taps * c.pointee.height, thread, threads) {
      let (row, tap) = (unit % c.pointee.height, unit / c.pointee.height % c.pointee.taps)
      c.pointee.run(raw, unit / c.pointee.height / c.pointee.taps, tap, row)
    }
  }

  private func run(_ raw: UnsafeRawPointer, _ image: Int, _ tap: Int, _ row: Int) {
    let plane = height * width
    let y = Double(row * grid.strideY - grid.top + tap / grid.width * grid.dilationY)
    for column in 0..<width {
      let pixel = row * width + column
      let x = Double(column * grid.strideX - grid.left + tap % grid.width * grid.dilationX)
      for block in 0..<blockCount {
        let entry = (image * groups + blockGroups[block]) * taps + tap
        let to = output + (image * outputBatchStride + (tap * blockCount + block) * outputPlane + pixel * 16)
        to.update(repeating: 0, count: 16)
        function(
          raw, input + (image * inputBatchStride + blocks[block]), y + Double(offset[2 * entry * plane + pixel]),
          x + Double(offset[(2 * entry + 1) * plane + pixel]), mask.map { $0[entry * plane + pixel] } ?? 1, to, 16)
      }
    }
  }
}

/// The sum of moved taps under weights that the network computes, in rows `[batch, height, width, channels]`.
struct AggregationCommand: BitwiseCopyable {
  var arguments: SamplingArguments
  var function: SamplingFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var offset: UnsafePointer<Float>
  var mask: UnsafePointer<Float>
  /// Floats between pixels and between groups.
  var offsetPixel: Int
  var offsetGroup: Int
  var maskPixel: Int
  var maskGroup: Int
  var grid: TapGrid
  /// Floats from a tap's middle to the first tap, before scaling.
  var middleY: Int
  var middleX: Int
  var scale: Double
  var kernelHeight: Int
  var taps: Int
  var groups: Int
  var channels: Int
  var batch: Int
  var height: Int
  var width: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: AggregationCommand.self)
    let rows = c.pointee.height
    for unit in share(c.pointee.batch * rows, thread, threads) { c.pointee.run(raw, unit / rows, unit % rows) }
  }

  private func run(_ raw: UnsafeRawPointer, _ image: Int, _ row: Int) {
    let size = channels / groups
    let from = input + image * arguments.height * arguments.width * channels
    let y = Double(row * grid.strideY - grid.top + middleY)
    for column in 0..<width {
      let pixel = (image * height + row) * width + column
      let x = Double(column * grid.strideX - grid.left + middleX)
      let to = output + pixel * channels
      to.update(repeating: 0, count: channels)
      for group in 0..<groups {
        let moves = offset + (pixel * offsetPixel + group * offsetGroup)
        let weights = mask + (pixel * maskPixel + group * maskGroup)
        for tap in 0..<taps {
          let (ky, kx) = (tap % kernelHeight, tap / kernelHeight)
          let down = y + scale * (Double(ky * grid.dilationY - middleY) + Double(moves[2 * tap + 1]))
          let right = x + scale * (Double(kx * grid.dilationX - middleX) + Double(moves[2 * tap]))
          function(raw, from + group * size, down, right, weights[tap], to + group * size, size)
        }
      }
    }
  }
}
