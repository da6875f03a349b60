public import SwiftletGraph
import SwiftletOps

/// Expand, filter each channel, project to few channels without activation; the shortcut joins the thin ends.
///
/// Sandler et al., MobileNetV2, CVPR 2018, figure 4d; "MBConv" of MnasNet and EfficientNet. Names: timm's
/// `conv_pw`, `bn1`, `conv_dw`, `bn2`, `se`, `conv_pwl`, `bn3`.
public struct InvertedResidual: Layer {
  var out: Int
  var kernel: Int
  var stride: Int
  var expansion: Double
  var squeeze: SqueezeExcite?
  var style: Style
  var shortcut: Bool

  /// - Parameter shortcut: whether the input is added where it has the output's shape.
  public init(
    _ out: Int, kernel: Int, stride: Int, expansion: Double, squeeze: SqueezeExcite? = nil, style: Style,
    shortcut: Bool = true
  ) {
    (self.out, self.kernel, self.stride, self.expansion) = (out, kernel, stride, expansion)
    (self.squeeze, self.style, self.shortcut) = (squeeze, style, shortcut)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let expanded = roundedChannels(Double(x.channels) * expansion)
    var y = x.scoped("conv_pw", style.conv(expanded, 1)).scoped("bn1", style.normActivation)
    y = y.scoped("conv_dw", style.depthwise(kernel, stride: stride)).scoped("bn2", style.normActivation)
    if let squeeze { y = y.scoped("se", squeeze) }
    y = y.scoped("conv_pwl", style.conv(out, 1)).scoped("bn3", style.norm)
    return shortcut && stride == 1 && x.channels == out ? y + x : y
  }
}

/// Filter each channel, then mix them: MobileNetV1's block, and an inverted residual that does not expand.
///
/// Names: timm's `conv_dw`, `bn1`, `se`, `conv_pw`, `bn2`.
public struct DepthwiseSeparable: Layer {
  var out: Int
  var kernel: Int
  var stride: Int
  var squeeze: SqueezeExcite?
  var style: Style
  var projection: Activation
  var shortcut: Bool

  /// - Parameters:
  ///   - projection: the activation after mixing.
  ///   - shortcut: whether the input is added where it has the output's shape.
  public init(
    _ out: Int, kernel: Int, stride: Int, squeeze: SqueezeExcite? = nil, style: Style, projection: Activation = .none,
    shortcut: Bool = true
  ) {
    (self.out, self.kernel, self.stride, self.squeeze) = (out, kernel, stride, squeeze)
    (self.style, self.projection, self.shortcut) = (style, projection, shortcut)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x.scoped("conv_dw", style.depthwise(kernel, stride: stride)).scoped("bn1", style.normActivation)
    if let squeeze { y = y.scoped("se", squeeze) }
    y = y.scoped("conv_pw", style.conv(out, 1)).scoped("bn2", style.with(projection).normActivation)
    return shortcut && stride == 1 && x.channels == out ? y + x : y
  }
}

/// The block that tables call MBConv or bottleneck: an inverted residual, which without expansion is depthwise separable.
public func MBConv(
  _ out: Int, kernel: Int, stride: Int, expansion: Double, squeeze: SqueezeExcite? = nil, style: Style
) -> any Layer {
  if expansion == 1 { return DepthwiseSeparable(out, kernel: kernel, stride: stride, squeeze: squeeze, style: style) }
  return InvertedResidual(out, kernel: kernel, stride: stride, expansion: expansion, squeeze: squeeze, style: style)
}

/// An inverted residual whose expansion and filter are one full convolution.
///
/// "Fused-MBConv" of EfficientNetV2, Tan and Le, ICML 2021, figure 2. Names: timm's `conv_exp`, `bn1`, `se`,
/// `conv_pwl`, `bn2`.
public struct FusedInvertedResidual: Layer {
  var out: Int
  var kernel: Int
  var stride: Int
  var expansion: Double
  var groupSize: Int?
  var squeeze: SqueezeExcite?
  var style: Style
  var subsampling: Subsampling

  /// - Parameter groupSize: expanded channels in each group of the full convolution; all where `nil`.
  public init(
    _ out: Int, kernel: Int, stride: Int, expansion: Double, groupSize: Int? = nil, squeeze: SqueezeExcite? = nil,
    style: Style, subsampling: Subsampling = .stride
  ) {
    (self.out, self.kernel, self.stride, self.expansion) = (out, kernel, stride, expansion)
    (self.groupSize, self.squeeze, self.style, self.subsampling) = (groupSize, squeeze, style, subsampling)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let expanded = roundedChannels(Double(x.channels) * expansion)
    let expand = Conv2D(
      expanded, kernel, stride: subsampling.filterStride(stride), padding: style.padding,
      groups: groupSize.map { expanded / $0 } ?? 1)
    var y = x.scoped("conv_exp", expand).scoped("bn1", style.normActivation)
    y = subsampling.pooled(y, stride)
    if let squeeze { y = y.scoped("se", squeeze) }
    y = y.scoped("conv_pwl", style.conv(out, 1)).scoped("bn2", style.norm)
    return stride == 1 && x.channels == out ? y + x : y
  }
}

/// A convolution with normalisation and activation as a block of a stage. Names: timm's `conv`, `bn1`.
public struct ConvBlock: Layer {
  var convolution: Conv2D
  var style: Style
  var shortcut: Bool

  /// - Parameter shortcut: whether the input is added where it has the output's shape.
  public init(_ out: Int, kernel: Int, stride: Int, style: Style, shortcut: Bool = false) {
    self.init(style.conv(out, kernel, stride: stride), style: style, shortcut: shortcut)
  }

  /// Without activation where no style is given.
  public init(_ convolution: Conv2D, style: Style = Style(.none), shortcut: Bool = false) {
    (self.convolution, self.style, self.shortcut) = (convolution, style, shortcut)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.scoped("conv", convolution).scoped("bn1", style.normActivation)
    return shortcut && convolution.strides == [1, 1] && x.channels == y.channels ? y + x : y
  }
}
