import SwiftletGraph
import SwiftletOps

/// Convolution, batch normalisation with ε = 0.001, ReLU; one of stride 2 has no zeros around the map.
func filter(_ out: Int, _ kernel: Int = 1, stride: Int = 1, padding: Padding = .same) -> ConvBN {
  ConvBN(out, kernel, stride: stride, padding: stride == 1 ? padding : .valid, epsilon: 1e-3)
}

func row(_ out: Int, _ size: Int) -> ConvBN { ConvBN(Conv2D(out, kernel: [1, size]), epsilon: 1e-3) }
func column(_ out: Int, _ size: Int) -> ConvBN { ConvBN(Conv2D(out, kernel: [size, 1]), epsilon: 1e-3) }

/// Halves a map by a filter, by a chain of them and by a pool: figure 7 of Inception-v4, Szegedy et al., AAAI 2017, with its
/// letters for the numbers of channels.
struct InceptionReduction: Layer {
  let k: Int, l: Int, m: Int, n: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let direct = x.scoped("branch0", filter(n, 3, stride: 2))
    let long = x.through("branch1") {
      filter(k)
      filter(l, 3)
      filter(m, 3, stride: 2)
    }
    return concat(direct, long, x.maxPooled(3, stride: 2))
  }
}

extension Tensor {
  /// Means of 3×3 pixels of the map, then a pointwise filter, named as the second layer of the fourth branch.
  func pooledBranch(_ out: Int) -> Tensor {
    averagePooled(3, stride: 1, padding: 1, countIncludePad: false).scoped("branch3.1", filter(out))
  }
}
