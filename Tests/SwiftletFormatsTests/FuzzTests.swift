import SwiftletFormats
import SwiftletGraph
import Testing

/// Valid files with bytes changed, cut out, put in, or cut off: each is read or refused, in time.
@Suite struct FuzzTests {
  struct Seed: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
  }

  static let seeds = [
    Seed(testDescription: "safetensors", bytes: SafeTensorsBytes.valid),
    Seed(testDescription: "npy", bytes: NPYBytes.valid),
    Seed(testDescription: "PyTorch", bytes: PyTorchBytes.valid),
    Seed(
      testDescription: "PyTorch without zip64",
      bytes: ZipBytes(
        records: PyTorchBytes.records(Pickle.start + PyTorchBytes.statePickle + Pickle.stop), isZip64: false
      )
      .bytes()),
  ]

  @Test(arguments: seeds) func mutatedFilesAreReadOrRefused(_ seed: Seed) throws {
    var random = SplitMix64(state: 20_240_607)
    let file = try TemporaryFile(name: "fuzz.bin")
    var refused = 0
    let start = threadSeconds()
    for _ in 0..<2000 {
      try file.write(mutate(seed.bytes, &random))
      do {
        try readAll(file.path)
      } catch let error as FormatError {
        refused += 1
        #expect(error.description.contains("fuzz.bin"))
      }
    }
    #expect(threadSeconds() - start < 20)
    #expect(refused > 1000)
  }

  /// Mutations of the pickle alone, under a right checksum.
  @Test func mutatedPicklesAreReadOrRefused() throws {
    var random = SplitMix64(state: 7)
    let file = try TemporaryFile(name: "fuzz.pth")
    let pickle = Pickle.start + PyTorchBytes.statePickle + Pickle.stop
    var refused = 0
    for _ in 0..<3000 {
      try file.write(ZipBytes(records: PyTorchBytes.records(mutate(pickle, &random))).bytes())
      do {
        try readAll(file.path)
      } catch is FormatError {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }

  @Test(arguments: seeds) func everyPrefixIsRefused(_ seed: Seed) throws {
    for count in stride(from: 0, to: seed.bytes.count, by: 7) {
      #expect(try HostileCase("prefix", .truncated, Array(seed.bytes.prefix(count))).error() != nil)
    }
  }

  private func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let i = Int.random(in: 0..<max(bytes.count, 1), using: &random)
      let extreme: UInt8 = [0, 1, 0x7f, 0x80, 0xfe, 0xff].randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<7, using: &random) {
      case 0 where i < bytes.count: bytes[i] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1 where i < bytes.count: bytes[i] = UInt8.random(in: 0...255, using: &random)
      case 2 where i < bytes.count: bytes[i] = extreme
      case 3: bytes.insert(contentsOf: [UInt8](repeating: extreme, count: 8), at: min(i, bytes.count))
      case 4: bytes.removeSubrange(i..<min(bytes.count, i + 4))
      case 5 where Int.random(in: 0..<4, using: &random) == 0: bytes.removeSubrange(i...)
      case 6 where i + 8 <= bytes.count: for j in i..<i + 8 { bytes[j] = 0xff }
      default: bytes.append(extreme)
      }
    }
    return bytes
  }
}

/// A generator with the same numbers everywhere (Steele, Lea, Flood, OOPSLA 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
