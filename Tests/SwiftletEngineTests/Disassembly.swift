import Foundation

/// Machine code of x86-64 as `objdump -d --no-show-raw-insn` prints it, that of LLVM or that of binutils.
struct Disassembly {
  struct Instruction {
    var address: Int
    var mnemonic: String
    var operands: String

    var touchesVectors: Bool { ["%xmm", "%ymm", "%zmm"].contains { operands.contains($0) } }
    /// Whether an operand is a general register, not one that an address is made of.
    var touchesOthers: Bool {
      operands.replacing(/\([^)]*\)/, with: "").split(separator: ",").contains {
        $0.contains("%r") || $0.contains("%e")
      }
    }
    /// One lane to a general register or memory, or back.
    var isLaneMove: Bool { ["pextr", "vpextr", "pinsr", "vpinsr"].contains { mnemonic.hasPrefix($0) } }
    /// Where a jump leads to.
    var target: Int? {
      guard mnemonic.hasPrefix("j"), let word = operands.split(separator: " ").first else { return nil }
      return Int(word.hasPrefix("0x") ? word.dropFirst(2) : word, radix: 16)
    }
    /// A product of each lane, added up in the same instruction or not.
    var isVectorProduct: Bool {
      mnemonic.hasSuffix("ps") && (mnemonic.hasPrefix("vfmadd") || mnemonic == "mulps") || isPairProduct
    }
    /// Two products of bfloat16.
    var isPairProduct: Bool { mnemonic == "vdpbf16ps" }
    /// An instruction of AVX512_BF16, which not every machine with AVX-512 has.
    var isOfBFloat16: Bool { isPairProduct || mnemonic.contains("bf16") }
  }

  struct Routine {
    var name: String
    var instructions: [Instruction]
  }

  private(set) var routines: [Routine] = []

  init(_ text: String) {
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(maxSplits: 2) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { String($0)! }
      if words.count == 2, words[1].hasPrefix("<"), words[1].hasSuffix(">:") {
        routines.append(Routine(name: String(words[1].dropFirst().dropLast(2)), instructions: []))
      } else if words.count > 1, words[0].hasSuffix(":"), !routines.isEmpty,
        let address = Int(words[0].dropLast(), radix: 16)
      {
        let operands = words.count > 2 ? words[2].drop { $0 == " " } : ""
        routines[routines.count - 1].instructions.append(
          Instruction(address: address, mnemonic: words[1], operands: String(operands)))
      }
    }
  }
}

extension Disassembly.Routine {
  /// The bodies of loops in which there is no other loop.
  var innerLoops: [[Disassembly.Instruction]] {
    guard let first = instructions.first?.address else { return [] }
    let ranges = instructions.compactMap { jump in
      jump.target.flatMap { first <= $0 && $0 <= jump.address ? $0...jump.address : nil }
    }
    let inner = ranges.filter { range in
      !ranges.contains { $0 != range && range.contains($0.lowerBound) && range.contains($0.upperBound) }
    }
    return Set(inner).map { range in instructions.filter { range.contains($0.address) } }
  }

  /// Arithmetic of one lane.
  private static let scalarMnemonics: Set<String> = {
    let plain = ["add", "sub", "mul", "div", "min", "max"].flatMap { [$0, "v\($0)"] }
    let fused = ["vfmadd", "vfmsub", "vfnmadd", "vfnmsub"].flatMap { name in [132, 213, 231].map { "\(name)\($0)" } }
    return Set((plain + fused).flatMap { ["\($0)ss", "\($0)sd"] })
  }()

  /// What makes a loop slow that should hold everything in registers; empty where nothing does.
  func faults(of loop: [Disassembly.Instruction]) -> [String] {
    // Without a frame pointer rbp is a register like others.
    let hasFrame = instructions.contains { ["%rsp,%rbp", "%rsp, %rbp"].contains($0.operands) }
    return loop.compactMap { i in
      let isOnStack = i.operands.contains("(%rsp") || (hasFrame && i.operands.contains("(%rbp"))
      let fault: String? =
        if i.mnemonic.hasPrefix("call") {
          "calls"
        } else if i.touchesVectors, isOnStack {
          i.operands.hasSuffix(")") ? "spills" : "reloads"  // the last operand is written
        } else if i.touchesVectors, i.touchesOthers || i.isLaneMove {
          "leaves vectors"
        } else if Self.scalarMnemonics.contains(i.mnemonic) {
          "computes one lane"
        } else {
          nil
        }
      return fault.map { "\($0): \(i.mnemonic) \(i.operands)" }
    }
  }
}
