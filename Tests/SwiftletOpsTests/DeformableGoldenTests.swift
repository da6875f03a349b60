import Foundation
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Deformable operators and SimAM answer as their reference implementations do on the inputs of the rule.
@Suite struct DeformableGoldenTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Array: Decodable {
      var name: String?
      var shape: [Int]
      var scale: Float?
      var values: [Float]?
    }
    struct Attributes: Decodable {
      var stride, padding, dilation, groups, deformable_groups, kernel, output, sampling_ratio: Int?
      var output_dim, group_size, pooled_size, part_size, sample_per_part: Int?
      var trans_std, spatial_scale, gamma, offset_scale, lambda: Float?
      var rois: [[Float]]?
    }
    var `operator`: String
    var attributes: Attributes
    var inputs: [Array]
    var output: Array
    var testDescription: String { "\(`operator`) \(inputs.map(\.shape))" }

    func array(_ name: String) -> NDArray {
      let input = inputs.first { $0.name == name }!
      let shape = Shape(input.shape)
      return NDArray(shape, Rule().uniform(name, shape.elementCount).map { (2 * $0 - 1) * input.scale! })
    }
    var regions: NDArray { NDArray([attributes.rois!.count, 5], attributes.rois!.flatMap { $0 }) }
    var truth: NDArray { NDArray(Shape(output.shape), output.values!) }
  }

  static let cases: [Case] = {
    let file = SharedData.root.appending(path: "goldens/operators.json")
    return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: file))) ?? []
  }()

  @Test(arguments: cases) func answersAsTheReference(_ item: Case) throws {
    #expect(try answer(item).relativeError(to: item.truth) < 2e-6)
  }

  @Test func dcnV4ReadsWhatDCNV3Reads() throws {
    var random = Random(seed: 5)
    let (x, packed) = (random.array([1, 5, 6, 8]), random.array([1, 5, 6, 56]))
    func numbers(_ range: Range<Int>) -> NDArray {
      NDArray([1, 5, 6, 2 * range.count]) { i in
        packed.scalars[i / (2 * range.count) * 56 + i / range.count % 2 * 27 + range.lowerBound + i % range.count]
      }
    }
    let (v3, v4) = (DCNv3(Window(3, pad: 1), group: 2), DCNv4(Window(3, pad: 1), group: 2))
    #expect(v4.reference([x, packed]) == v3.reference([x, numbers(0..<18), numbers(18..<27)]))
  }

  func answer(_ item: Case) throws -> NDArray {
    let a = item.attributes
    func apply(_ op: some Op, _ inputs: [NDArray]) throws -> NDArray {
      #expect(try op.shape(inputs.map(\.shape)) == item.truth.shape)
      return op.reference(inputs)
    }
    switch item.operator {
    case "deform_conv2d_v1", "deform_conv2d_v2":
      let kernel = item.array("weight").shape[2]
      let window = Window(kernel, stride: a.stride!, pad: a.padding!, dilation: a.dilation!)
      let op = DeformConv(window, group: a.groups!, offsetGroup: a.deformable_groups!)
      let inputs = [item.array("x"), item.array("weight"), item.array("offset")]
      let bias = item.inputs.contains { $0.name == "bias" } ? item.array("bias") : NDArray([item.truth.shape[1]])
      return try apply(op, item.operator.hasSuffix("2") ? inputs + [bias, item.array("mask")] : inputs)
    case "deform_roi_pool":
      let op = DeformRoIPool(
        size: a.output!, spatialScale: a.spatial_scale!, samplingRatio: a.sampling_ratio!, gamma: a.gamma!)
      return try apply(op, [item.array("x"), item.regions, item.array("offset")])
    case "deform_psroi_pool", "deform_roi_pool_v1":
      let op = DeformPSRoIPool(
        size: a.pooled_size!, groupSize: a.group_size!, partSize: a.part_size!, samplesPerPart: a.sample_per_part!,
        transStd: a.trans_std!, spatialScale: a.spatial_scale!)
      return try apply(op, [item.array("x"), item.regions, item.array("trans")])
    case "dcn_v3":
      let window = Window(a.kernel!, stride: a.stride!, pad: a.padding!, dilation: a.dilation!)
      let op = DCNv3(window, group: a.groups!, offsetScale: a.offset_scale!)
      let mask = item.array("mask")
      let taps = a.kernel! * a.kernel!
      let weights = Softmax().reference([mask.reshaped([mask.shape.elementCount / taps, taps])])
      return try apply(op, [item.array("x"), item.array("offset"), weights.reshaped(mask.shape)])
    case "simam": return try apply(SimAM(lambda: a.lambda!), [item.array("x")])
    default: throw GraphError("no operator for \(item.operator)")
    }
  }
}
