/// Which ways of computing a plan may take.
public enum Precision: String, Sendable, CaseIterable {
  /// 32-bit floats; also transforms (Winograd, Strassen) whose error stays within four times that of direct sums.
  case exact
  /// 32-bit floats, direct sums only.
  case strict
  /// As `exact`, but convolutions and linear layers with enough channels multiply in bfloat16, where the machine can
  /// (`InstructionSet.hasBFloat16`): inputs and weights are rounded to 8 bits of precision, sums are 32-bit floats. An output of a
  /// layer strays by at most 2⁻⁸ of the sum of its products' magnitudes; those of whole networks by some thousandths of the largest,
  /// by more where layers magnify what those before have rounded. On other machines the same plan as `exact`.
  case fast
}
