public import SwiftletKernels

// AVX-512: sixteen lanes, 32 registers, tiles of 14 pixels by 32 channels, or fewer where half a block
// is left over.

typealias V = SIMD16<Float>
typealias C16 = One<Floats<V>>
typealias C32 = Beside<C16, C16>
/// The first half of a block: zeros are stored to the other half.
typealias C8 = Beside<One<Floats<SIMD8<Float>>>, Blank<SIMD8<Float>>>
/// A block and half of one, whose pixels share no vectors.
typealias C24 = Beside<C16, Beside<Again<SIMD8<Float>>, Blank<SIMD8<Float>>>>
/// Of matrix × vector.
typealias VectorColumns = C32

let tileKernels: [TileKey: TileFunction] = [
  TileKey(32, .dense16, .clamp): { tallTile(C32.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .dense16, .addClamp): {
    tallTile(C32.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .dense16, .hardSwish): {
    tallTile(C32.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather16, .clamp): { tallTile(C32.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .gather16, .addClamp): {
    tallTile(C32.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather32, .clamp): { tallTile(C32.self, Clamp.self, Gather<Step32>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .gather2, .clamp): { tallTile(C32.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .gather2, .hardSwish): {
    tallTile(C32.self, HardSwishEpilogue.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather4, .clamp): { tallTile(C32.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .gatherAny, .clamp): { tallTile(C32.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .gatherAny, .addClamp): {
    tallTile(C32.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .dense16, .clamp): { tallTile(C16.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .dense16, .addClamp): {
    tallTile(C16.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather16, .clamp): { tallTile(C16.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather16, .addClamp): {
    tallTile(C16.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather32, .clamp): { tallTile(C16.self, Clamp.self, Gather<Step32>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather2, .clamp): { tallTile(C16.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather2, .hardSwish): {
    tallTile(C16.self, HardSwishEpilogue.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather4, .clamp): { tallTile(C16.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gatherAny, .clamp): { tallTile(C16.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gatherAny, .addClamp): {
    tallTile(C16.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .dense16, .clamp): { sharingTile(C16.self, V.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(24, .gather16, .clamp): {
    sharingTile(C16.self, V.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .gather16, .addClamp): {
    sharingTile(C16.self, V.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .gather2, .clamp): {
    sharingTile(C16.self, V.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .gather4, .clamp): {
    sharingTile(C16.self, V.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(8, .dense16, .clamp): { tallTile(C8.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .gather16, .clamp): { tallTile(C8.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .gather16, .addClamp): {
    tallTile(C8.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
]

/// Those of 24 channels whose pixels share no vectors.
let apartTiles: [TileKey: TileFunction] = [
  TileKey(24, .dense16, .clamp): { tallTile(C24.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(24, .gather16, .clamp): { tallTile(C24.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(24, .gather16, .addClamp): {
    tallTile(C24.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .gather2, .clamp): { tallTile(C24.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(24, .gather4, .clamp): { tallTile(C24.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6) },
]

typealias P16 = One<Pairs<V>>
typealias P32 = Beside<P16, P16>

/// 1×1 kernels of stride 1, and everything else.
let pairKernels = PairKernels(
  tiles: [
    TileKey(32, .dense16, .clamp): { pairTile(P32.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(32, .dense16, .addClamp): {
      pairTile(P32.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(32, .dense16, .hardSwish): {
      pairTile(P32.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(32, .gatherAny, .clamp): {
      pairTile(P32.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(32, .gatherAny, .addClamp): {
      pairTile(P32.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(16, .dense16, .clamp): { pairTile(P16.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(16, .dense16, .addClamp): {
      pairTile(P16.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(16, .dense16, .hardSwish): {
      pairTile(P16.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(16, .gatherAny, .clamp): {
      pairTile(P16.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(16, .gatherAny, .addClamp): {
      pairTile(P16.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
    },
  ], tileHeights: TileHeights([14, 7, 4, 2, 1]), round: { roundPairs(V.self, $0, $1, $2, $3, $4, $5) })

typealias Twos8 = TwosHalf<V>
typealias Twos16 = TwosBlock<V>
typealias Twos24 = Beside<Twos16, Twos8>

/// All narrow 1×1 kernels whose weights are known before the network runs.
let twosKernels = TwosKernels(
  tiles: [
    TileKey(24, .dense16, .clamp): { twosTile(Twos24.self, Clamp.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(24, .dense16, .addClamp): { twosTile(Twos24.self, AddClamp.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(24, .dense16, .hardSwish): { twosTile(Twos24.self, HardSwishEpilogue.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(16, .dense16, .clamp): { tallTile(Twos16.self, Clamp.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(16, .dense16, .addClamp): {
      tallTile(Twos16.self, AddClamp.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(16, .dense16, .hardSwish): {
      tallTile(Twos16.self, HardSwishEpilogue.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(8, .dense16, .clamp): { tallTile(Twos8.self, Clamp.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6) },
    TileKey(8, .dense16, .addClamp): {
      tallTile(Twos8.self, AddClamp.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6)
    },
    TileKey(8, .dense16, .hardSwish): {
      tallTile(Twos8.self, HardSwishEpilogue.self, DenseTwos.self, $0, $1, $2, $3, $4, $5, $6)
    },
  ], scaleRows: { scaleTwos(V.self, $0, $1, $2, $3, $4, $5) })

/// All kernels for AVX-512; those for pairs run on machines with AVX512_BF16 alone.
public let avx512Kernels = kernelSet(
  name: "AVX-512", tiles: tileKernels, apartTiles: apartTiles, tileHeights: TileHeights([14, 10, 8, 7, 4, 2, 1]),
  pairs: pairKernels,
  twos: twosKernels)
