public import SwiftletKernels

// What every 64-bit machine has: four lanes, sixteen registers.

typealias V = SIMD4<Float>
/// Of matrix × vector.
typealias VectorColumns = C16
typealias C16 = Beside<Beside<One<Floats<V>>, One<Floats<V>>>, Beside<One<Floats<V>>, One<Floats<V>>>>

let tileKernels: [TileKey: TileFunction] = [
  TileKey(16, .dense16, .clamp): { lowTile(C16.self, Clamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .dense16, .addClamp): {
    lowTile(C16.self, AddClamp.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .dense16, .hardSwish): {
    lowTile(C16.self, HardSwishEpilogue.self, Dense.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather16, .clamp): { lowTile(C16.self, Clamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather16, .addClamp): {
    lowTile(C16.self, AddClamp.self, Gather<Step16>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather32, .clamp): { lowTile(C16.self, Clamp.self, Gather<Step32>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather2, .clamp): { lowTile(C16.self, Clamp.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gather2, .hardSwish): {
    lowTile(C16.self, HardSwishEpilogue.self, Gather<Step2>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gather4, .clamp): { lowTile(C16.self, Clamp.self, Gather<Step4>.self, $0, $1, $2, $3, $4, $5, $6) },
  TileKey(16, .gatherAny, .clamp): {
    lowTile(C16.self, Clamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  TileKey(16, .gatherAny, .addClamp): {
    lowTile(C16.self, AddClamp.self, Gather<AnyStep>.self, $0, $1, $2, $3, $4, $5, $6)
  },
]

/// All kernels for baseline.
public let baselineKernels = kernelSet(name: "baseline", tiles: tileKernels, tileHeights: TileHeights([2, 1]))
