public import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Measures, on single layers and one thread, whether other thresholds than the usual ones are faster on this machine.
///
/// Two values are measured in turns, round after round, on the layers that they plan differently. A value is taken only when it is
/// clearly faster: by more than 3 % in the fastest runs of all rounds, which other programs disturb least, and in the median of the
/// rounds; and at all in three of four rounds.
public struct Tuner: Sendable {
  /// One value beside the one that was the best so far.
  public struct Trial: Sendable {
    public fileprivate(set) var field = ""
    public fileprivate(set) var value = 0
    public fileprivate(set) var incumbent = 0
    /// Layers that the two plan differently.
    public var layers: Int
    /// Time of the value as a share of that of the other one, the geometric mean of the layers: by the fastest runs, and of each
    /// round, sorted.
    public var ratio: Double
    public var rounds: [Double]
    public var median: Double { rounds[rounds.count / 2] }
    public var isTaken: Bool { max(ratio, median) < 0.97 && rounds[rounds.count * 3 / 4] < 1 }
  }

  /// What is tried: which values, and which layers two of them plan differently.
  private struct Question {
    var field: String
    var path: WritableKeyPath<Tuning, Int>
    var values: [Int]
    /// Which kernel takes a layer depends on other thresholds too: only those count that two values give to different ones.
    var choosesKernels = false
    var layers: (_ a: Int, _ b: Int) -> [Layer]
  }

  /// A convolution without stride, of a square map.
  private struct Layer {
    var ins, outs, kernel, size: Int
    var isSwish = false
    /// Of a depthwise convolution that follows; 0 where none does.
    var depthwiseStride = 0
  }

  private let set: InstructionSet
  private let rounds: Int

  /// - Throws: `EngineError` when `SWIFTLET_ISA` asks for an instruction set that this machine lacks.
  public init(rounds: Int = 11) throws(EngineError) { (set, self.rounds) = (try .preferred(), max(1, rounds)) }

  /// - Parameter progress: called before each trial, with how many there are at most.
  /// - Throws: `EngineError` when memory does not suffice.
  public func run(_ progress: (_ title: String, _ count: Int) -> Void = { _, _ in }) throws -> (Tuning, [Trial]) {
    var best = Tuning(for: set)
    var trials: [Trial] = []
    let count = questions.reduce(0) { $0 + $1.values.count }
    for question in questions {
      for value in question.values {
        let incumbent = best[keyPath: question.path]
        if value == incumbent { continue }
        var other = best
        other[keyPath: question.path] = value
        let layers = try question.layers(min(value, incumbent), max(value, incumbent)).filter { layer in
          try !question.choosesKernels || kernels(layer, best) != kernels(layer, other)
        }
        if layers.isEmpty { continue }
        progress("\(question.field) \(value)", count)
        var trial = try trial(layers, best, other)
        (trial.field, trial.value, trial.incumbent) = (question.field, value, incumbent)
        if trial.isTaken { best = other }
        trials.append(trial)
      }
    }
    return (best, trials)
  }

  private var questions: [Question] {
    [
      // Only layers with a number of channels between the two are planned differently.
      Question(field: "winograd_channels", path: \.winogradChannels, values: [16, 24, 32, 12, 48, 8, 64, 96]) { a, b in
        [8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80].filter { (a..<b).contains($0) }.flatMap { channels in
          [56, 28, 14].map { Layer(ins: channels, outs: channels, kernel: 3, size: $0) }
        }
      },
      Question(
        field: "winograd_group_bytes", path: \.winogradGroupBytes, values: [128, 512, 64, 1024].map { $0 << 10 }
      ) { _, _ in
        [(64, 56), (128, 28), (256, 14), (160, 28)].map { Layer(ins: $0, outs: $0, kernel: 3, size: $1) }
      },
      Question(
        field: "strassen_channels", path: \.strassenChannels, values: [64, 96, 128, 192, 256], choosesKernels: true
      ) { a, b in
        [64, 96, 128, 160, 192].filter { (a..<b).contains($0) }.flatMap { channels in
          [28, 14].map { Layer(ins: channels, outs: channels, kernel: 1, size: $0) }
        }
      },
      // No fewer than usual: a layer alone finds its weights near, of which there are 7/4 as many, and a network does not.
      Question(
        field: "strassen_pixels", path: \.strassenPixels, values: [100, 144, 196], choosesKernels: true
      ) { a, b in
        [7, 8, 10, 12].filter { (a..<b).contains($0 * $0) }.flatMap { size in
          [160, 384, 768].map { Layer(ins: $0, outs: $0, kernel: 1, size: size) }
        }
      },
      Question(
        field: "strassen_values", path: \.strassenValues, values: [3136, 6272, 12544, 25088], choosesKernels: true
      ) { a, b in
        [(96, 7), (128, 7), (192, 7), (320, 7), (96, 8), (160, 8), (256, 8)].filter { channels, size in
          (a..<b).contains(channels * size * size)
        }.map { Layer(ins: $0, outs: $0, kernel: 1, size: $1) }
      },
      Question(field: "strassen_chunk", path: \.strassenChunk, values: [128, 512]) { a, b in
        [(128, 28), (256, 28), (512, 14), (728, 19)].map { Layer(ins: $0, outs: $0, kernel: 1, size: $1) }.filter {
          layer in
          let pixels = layer.size * layer.size
          return (pixels + a - 1) / a != (pixels + b - 1) / b
        }
      },
      // Only panels that one of the two cuts, of layers with too few channels for Strassen's product.
      Question(field: "whole_depth", path: \.wholeDepth, values: [192, 256, 512, 768, 1024]) { a, b in
        [192, 256, 320, 480, 672, 960].filter { (a..<b).contains($0 - 1) }.map {
          Layer(ins: $0, outs: 48, kernel: 1, size: 14)
        }
      },
      Question(field: "whole_sliding_depth", path: \.wholeSlidingDepth, values: [512, 1024, 2048, 4096]) { a, b in
        [(16, 5), (10, 7), (16, 7), (20, 7), (24, 7), (40, 7), (64, 7)].filter { ins, kernel in
          (a..<b).contains(ins * kernel * kernel - 1)
        }.map { Layer(ins: $0, outs: 48, kernel: $1, size: 20) }
      },
      // Only panels that are cut into other numbers of parts.
      Question(field: "panel_depth", path: \.panelDepth, values: [128, 160, 256, 320, 512, 1024]) { a, b in
        [(480, 1), (672, 1), (960, 1), (1536, 1), (48, 7), (64, 7), (128, 7)].map {
          Layer(ins: $0, outs: 48, kernel: $1, size: $1 == 1 ? 14 : 20)
        }.filter { layer in
          let depth = layer.ins * layer.kernel * layer.kernel
          return (depth + a - 1) / a != (depth + b - 1) / b
        }
      },
      // Only layers whose weights stay near with one of the two.
      Question(field: "far_floats", path: \.farFloats, values: [32768, 65536, 262_144]) { a, b in
        [(96, 480, 28), (80, 1120, 28), (64, 3136, 28)].filter { ins, outs, _ in (a..<b).contains(ins * outs) }.map {
          Layer(ins: $0, outs: $1, kernel: 1, size: $2)
        }
      },
      Question(field: "activation_pixels", path: \.activationPixels, values: [24, 48, 192, 384]) { _, _ in
        [(16, 96, 56), (24, 144, 56), (40, 240, 28), (80, 480, 14)].map {
          Layer(ins: $0, outs: $1, kernel: 1, size: $2, isSwish: true)
        }
      },
      Question(field: "near_floats", path: \.nearFloats, values: [8192, 16384, 65536]) { _, _ in
        [(24, 144, 56), (64, 384, 28), (96, 160, 28), (480, 48, 28), (960, 80, 20)].map {
          Layer(ins: $0, outs: $1, kernel: 1, size: $2)
        }
      },
      // Only maps that are made in bands with one of the two.
      Question(field: "band_bytes", path: \.bandBytes, values: [512, 256, 1024, 1 << 20].map { $0 << 10 }) { a, _ in
        [(16, 96, 112, 2), (32, 64, 112, 2), (24, 144, 56, 1), (24, 144, 56, 2)].filter { _, outs, size, _ in
          4 * outs * size * size >= 2 * a
        }.map { Layer(ins: $0, outs: $1, kernel: 1, size: $2, depthwiseStride: $3) }
      },
      // Other sets have no vectors that are too wide.
      Question(field: "shares_vectors", path: \.sharesVectors, values: set == .avx512 ? [0, 1] : []) { _, _ in
        [(16, 24, 28), (32, 24, 14), (24, 40, 28), (32, 56, 14)].map {
          Layer(ins: $0, outs: $1, kernel: 7, size: $2)
        }
      },
    ]
  }

  /// How long layers take with `b`, beside `a`.
  private func trial(_ layers: [Layer], _ a: Tuning, _ b: Tuning) throws -> Trial {
    let pairs = try layers.map { (try session($0, a), try session($0, b)) }
    let times = (0..<rounds).map { round in
      pairs.map { a, b in
        // Neither always comes first.
        let first = Self.seconds(round % 2 == 0 ? a : b)
        let second = Self.seconds(round % 2 == 0 ? b : a)
        return round % 2 == 0 ? (a: first, b: second) : (a: second, b: first)
      }
    }
    func ratio(_ times: [(a: Double, b: Double)]) -> Double {
      exp(times.reduce(0) { $0 + log($1.b / $1.a) } / Double(times.count))
    }
    let fastest = layers.indices.map { i in (a: times.map { $0[i].a }.min()!, b: times.map { $0[i].b }.min()!) }
    return Trial(layers: layers.count, ratio: ratio(fastest), rounds: times.map(ratio).sorted())
  }

  private func graph(_ layer: Layer) throws -> Graph {
    try Graph(input: [1, layer.ins, layer.size, layer.size]) { x in
      let y = x.scoped("layer", Conv2D(layer.outs, layer.kernel, bias: true))
      let map = layer.isSwish ? y.silu : y.relu
      if layer.depthwiseStride == 0 { return [map] }
      return [map.scoped("depthwise", Depthwise(3, stride: layer.depthwiseStride, bias: true)).relu]
    }
  }

  private func kernels(_ layer: Layer, _ tuning: Tuning) throws -> [String] {
    try Plan(graph(layer), instructionSet: set, tuning: tuning).stepTitles.map(\.kernel)
  }

  private func session(_ layer: Layer, _ tuning: Tuning) throws -> Session {
    let graph = try graph(layer)
    let session = try Session(Plan(graph, instructionSet: set, tuning: tuning), .random(for: graph))
    var numbers = RandomNumbers(seed: 0, name: "input")
    _ = session.input.update(fromContentsOf: numbers.array(session.plan.inputShape, around: 0, within: 1).scalars)
    return session
  }

  /// The fastest of as many runs as fit in a few milliseconds.
  private static func seconds(_ session: Session) -> Double {
    session.run()
    var best = Double.infinity
    let end = Machine.seconds + 2e-3
    var before = Machine.seconds
    repeat {
      session.run()
      let now = Machine.seconds
      best = min(best, now - before)
      before = now
    } while before < end
    return best
  }
}
