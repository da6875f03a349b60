import SwiftletFormats
import SwiftletGraph
import SwiftletVision
import Testing

struct PreprocessTests {
  static let raw: [Float] = [0, 0, 0]
  static let one: [Float] = [1, 1, 1]

  /// Scaling to the very size of the photo leaves only the crop: rows and columns can be told.
  @Test(arguments: [(8, 6, 4), (7, 5, 4), (9, 9, 9), (5, 12, 3)])
  func centreIsCut(_ width: Int, _ height: Int, _ side: Int) throws {
    let image = ResizeTests.noise(width, height)
    let preprocessing = Preprocessing(
      height: side, width: side, cropFraction: Double(side) / Double(min(width, height)), mean: Self.raw, std: Self.one)
    let tensor = try preprocessing.tensor(from: image)
    let left = Int((Double(width - side) / 2).rounded(.toNearestOrEven))
    let top = Int((Double(height - side) / 2).rounded(.toNearestOrEven))
    for c in 0..<3 {
      for y in 0..<side {
        for x in 0..<side {
          #expect(tensor[0, c, y, x] == Float(image.pixels[((top + y) * width + left + x) * 3 + c]) / 255)
        }
      }
    }
  }

  /// What is cut from a window is what is cut from the whole.
  @Test(arguments: Preprocessing.CropMode.allCases, Preprocessing.Interpolation.allCases)
  func cropEqualsCropOfTheWhole(_ mode: Preprocessing.CropMode, _ filter: Preprocessing.Interpolation) throws {
    for (width, height) in [(60, 40), (33, 90), (20, 400)] {
      let image = ResizeTests.noise(width, height, seed: 3)
      let inner = Preprocessing(height: 24, width: 24, interpolation: filter, cropFraction: 0.8, cropMode: mode)
      let crop = try inner.cropped(image)
      let scaled: (width: Int, height: Int) =
        switch mode {
        case .squash: (30, 30)
        case .center: width < height ? (30, 30 * height / width) : (30 * width / height, 30)
        case .border:
          width < height
            ? (Int((Double(width * 30) / Double(height)).rounded(.toNearestOrEven)), 30)
            : (30, Int((Double(height * 30) / Double(width)).rounded(.toNearestOrEven)))
        }
      let whole = try image.resized(to: scaled, filter: filter)
      let left =
        scaled.width < 24 ? -((24 - scaled.width) / 2) : Int((Double(scaled.width - 24) / 2).rounded(.toNearestOrEven))
      let top =
        scaled.height < 24
        ? -((24 - scaled.height) / 2) : Int((Double(scaled.height - 24) / 2).rounded(.toNearestOrEven))
      for y in 0..<24 {
        for x in 0..<24 {
          let (sx, sy) = (x + left, y + top)
          let inside = (0..<scaled.width).contains(sx) && (0..<scaled.height).contains(sy)
          let from = (sy * scaled.width + sx) * 3
          let expected = inside ? Array(whole.pixels[from..<from + 3]) : [124, 116, 104]
          #expect(Array(crop.pixels[(y * 24 + x) * 3..<(y * 24 + x) * 3 + 3]) == expected)
        }
      }
    }
  }

  @Test func batchIsItsPhotos() throws {
    let images = [ResizeTests.noise(50, 40), ResizeTests.noise(30, 70), ResizeTests.noise(5, 5)]
    let preprocessing = Preprocessing(height: 16, width: 16)
    let batch = try preprocessing.tensor(from: images)
    #expect(batch.shape == [3, 3, 16, 16])
    #expect(try batch.scalars == images.flatMap { try preprocessing.tensor(from: $0).scalars })
  }

  @Test func greyIsBrightness() throws {
    let image = Image(width: 2, height: 1, pixels: [255, 0, 0, 9, 9, 9])
    let preprocessing = Preprocessing(
      channels: 1, height: 1, width: 2, cropFraction: 1, cropMode: .squash, mean: [0], std: [1])
    #expect(try preprocessing.tensor(from: image) == NDArray([1, 1, 1, 2], [76 / 255, 9 / 255]))
  }

  /// Blue comes first, mean and deviation follow the network's order; a border has the mean's colour.
  @Test func coloursComeInTheNetworksOrder() throws {
    let image = Image(width: 2, height: 1, pixels: [200, 100, 50, 10, 20, 30])
    let caffe = Preprocessing(
      height: 1, width: 2, cropFraction: 1, cropMode: .squash, channelOrder: .bgr,
      mean: [104.0 / 255, 117.0 / 255, 123.0 / 255], std: [Float](repeating: 1 / 255, count: 3))
    let expected = NDArray([1, 3, 1, 2], [50 - 104, 30 - 104, 100 - 117, 20 - 117, 200 - 123, 10 - 123])
    #expect(try caffe.tensor(from: image).relativeError(to: expected) < 1e-6)

    var framed = Preprocessing(
      height: 3, width: 3, cropFraction: 1, cropMode: .border, channelOrder: .bgr, mean: [0.2, 0.4, 0.6], std: Self.one)
    let grey = ResizeTests.noise(2, 1)
    let bgr = try framed.tensor(from: grey)
    framed.channelOrder = .rgb
    framed.mean.reverse()
    let rgb = try framed.tensor(from: grey)
    for c in 0..<3 {
      for y in 0..<3 { for x in 0..<3 { #expect(bgr[0, c, y, x] == rgb[0, 2 - c, y, x]) } }
    }
  }

  @Test func largeScalesNeedNoMemory() throws {
    // 224 is scaled to 224 × 14,680,064 pixels, of which 224 × 224 are made.
    let tensor = try Preprocessing(cropFraction: 1).tensor(from: ResizeTests.noise(1, 65_535))
    #expect(tensor.shape == [1, 3, 224, 224])
  }

  @Test func badValuesAreRefused() {
    let changes: [(inout Preprocessing) -> Void] = [
      { $0.channels = 2 }, { $0.channels = 1 }, { $0.width = 0 }, { $0.height = -1 }, { $0.width = .max },
      { $0.width = 1 << 30 }, { $0.cropFraction = 0 }, { $0.cropFraction = .nan }, { $0.cropFraction = -1 },
      { $0.cropFraction = 1e-300 }, { $0.cropFraction = 1000 }, { $0.mean = [] }, { $0.mean = [.nan, 0, 0] },
      { $0.std = [0, 1, 1] }, { $0.std = [.infinity, 1, 1] },
    ]
    for change in changes {
      var preprocessing = Preprocessing(height: 16, width: 16)
      change(&preprocessing)
      #expect(throws: PreprocessingError.self) { try preprocessing.tensor(from: ResizeTests.noise(9, 9)) }
    }
  }
}
