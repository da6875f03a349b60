public import SwiftletKernels

// AVX2 with FMA: eight lanes, sixteen registers, tiles of 3 pixels by 32 channels, or 6 by 16.

typealias V = SIMD8<Float>
typealias C16 = Beside<One<Floats<V>>, One<Floats<V>>>
typealias C32 = Beside<C16, C16>
/// Of matrix × vector.
typealias VectorColumns = C32
/// Of windows: mixed with what finds their inputs, products would be made in another order.
typealias C16InTurn = Beside<One<InTurn>, One<LastInTurn>>
typealias C8 = Beside<One<Floats<V>>, Blank<V>>
/// All registers but one are taken.
typealias C24 = Beside<Beside<One<InTurn>, One<InTurn>>, Beside<One<LastInTurn>, Blank<V>>>

let tileKernels: [TileKey: TileFunction] = [
  TileKey(32, .dense16, .clamp): { crossedTile(C32.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .dense16, .addClamp): { crossedTile(C32.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(32, .dense16, .hardSwish): {
    crossedTile(C32.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather16, .clamp): {
    crossedTile(C32.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather16, .addClamp): {
    crossedTile(C32.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gather32, .clamp): {
    crossedTile(C32.self, Clamp.self, Gather<Step32>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gatherAny, .clamp): {
    crossedTile(C32.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(32, .gatherAny, .addClamp): {
    crossedTile(C32.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .dense16, .clamp): { shortTile(C16.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .dense16, .addClamp): {
    shortTile(C16.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .dense16, .hardSwish): {
    shortTile(C16.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather16, .clamp): {
    shortTile(C16InTurn.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather16, .addClamp): {
    shortTile(C16InTurn.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather32, .clamp): {
    shortTile(C16InTurn.self, Clamp.self, Gather<Step32>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather2, .clamp): {
    shortTile(C16InTurn.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather2, .hardSwish): {
    shortTile(C16InTurn.self, HardSwishEpilogue.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather4, .clamp): {
    shortTile(C16InTurn.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gatherAny, .clamp): {
    shortTile(C16InTurn.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gatherAny, .addClamp): {
    shortTile(C16InTurn.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(24, .dense16, .clamp): { wideTile(C24.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(24, .dense16, .addClamp): { wideTile(C24.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .dense16, .clamp): { narrowTile(C8.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .dense16, .addClamp): {
    narrowTile(C8.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(8, .dense16, .hardSwish): {
    narrowTile(C8.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(8, .gather16, .clamp): { narrowTile(C8.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .gather16, .addClamp): {
    narrowTile(C8.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(8, .gather2, .clamp): { narrowTile(C8.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(8, .gather4, .clamp): { narrowTile(C8.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6) },
]

/// All kernels for AVX2.
public let avx2Kernels = kernelSet(
  name: "AVX2", tiles: tileKernels, tileHeights: TileHeights([6, 5, 4, 3, 2, 1], areCrossed: true))
