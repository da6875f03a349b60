/// How a photo becomes the input of a network: the same for training, evaluation and serving.
public struct Preprocessing: Hashable, Codable, Sendable {
  /// How pixels are resampled; the names are Pillow's.
  public enum Interpolation: String, Codable, Sendable, CaseIterable {
    case nearest, box, bilinear, hamming, bicubic, lanczos
  }

  /// What happens to the parts of a photo that do not fit the input.
  public enum CropMode: String, Codable, Sendable, CaseIterable {
    /// The shorter side is scaled to size / cropFraction, the centre is cut out.
    case center
    /// The photo is scaled to size / cropFraction without regard to its proportions, the centre is cut out.
    case squash
    /// The longer side is scaled, the rest is padded.
    case border
  }

  /// In which order a network takes the colours of a pixel.
  public enum ChannelOrder: String, Codable, Sendable, CaseIterable {
    /// Red, green, blue.
    case rgb
    /// Blue, green, red: Caffe's habit, after OpenCV.
    case bgr
  }

  public var channels: Int
  public var height: Int
  public var width: Int
  public var interpolation: Interpolation
  /// The share of the scaled photo that is kept, in 0…1 ("crop_pct").
  public var cropFraction: Double
  public var cropMode: CropMode
  /// Of colour; one channel is brightness.
  public var channelOrder: ChannelOrder
  /// Subtracted from, and dividing, the values in 0…1 of each channel, in the network's order. A deviation of 1/255 gives
  /// values in 0…255.
  public var mean: [Float]
  public var std: [Float]

  public init(
    channels: Int = 3, height: Int = 224, width: Int = 224, interpolation: Interpolation = .bicubic,
    cropFraction: Double = 0.875, cropMode: CropMode = .center, channelOrder: ChannelOrder = .rgb,
    mean: [Float] = Self.imageNetMean, std: [Float] = Self.imageNetStd
  ) {
    self.channels = channels
    self.height = height
    self.width = width
    self.interpolation = interpolation
    self.cropFraction = cropFraction
    self.cropMode = cropMode
    self.channelOrder = channelOrder
    self.mean = mean
    self.std = std
  }

  public static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
  public static let imageNetStd: [Float] = [0.229, 0.224, 0.225]
  /// Mean and deviation of networks that expect values in −1…1.
  public static let half: [Float] = [0.5, 0.5, 0.5]
}
