/// Which ways of computing a plan may take.
public enum Precision: String, Sendable, CaseIterable {
  /// 32-bit floats; also transforms (Winograd, Strassen) whose error stays within four times that of direct sums.
  case exact
  /// 32-bit floats, direct sums only.
  case strict
  /// As `exact`, but convolutions and linear layers with enough channels multiply in bfloat16, where the machine can
  /// (`InstructionSet.hasBFloat16`): weights and inputs are rounded to 8 bits of precision, sums are 32-bit floats. An output then strays
  /// from the exact one by at most 2⁻⁸ of the sum of its products' magnitudes, whole networks by a few per cent of their largest
  /// output. On other machines the same plan as `exact`.
  case fast
}
