import Foundation
import Testing

#if arch(x86_64)
  /// The loops that networks spend their time in stay in vector registers: that is read from the machine code, also for instructions
  /// that this machine lacks.
  @Suite struct HotLoopTests {
    /// Multiply-adds of a loop from which on it counts as hot.
    static let leastProducts = 8

    /// The modules of kernels, and how many hot loops there are at least: an empty answer is no good answer.
    static let modules = ["SwiftletKernelsBaseline": 40, "SwiftletKernelsAVX2": 150, "SwiftletKernelsAVX512": 300]
      // The latter's are made of AVX2's instructions by `make test-avx512`, and do spill.
      .filter {
        $0.key != "SwiftletKernelsAVX512" || ProcessInfo.processInfo.environment["SWIFTLET_EMULATE_AVX512"] != "1"
      }

    /// Instructions that overwrite an operand, and have sixteen registers for 16 channels in four parts, leave some on the stack.
    /// Formulas may have their many constants there, but nothing that they compute.
    static func tolerated(_ module: String, _ routine: String) -> [String] {
      if module == "SwiftletKernelsBaseline" { return ["spills", "reloads", "computes one lane"] }
      return ["tiles", "depthwise", "sharedStrip"].contains { routine.hasPrefix("$s15SwiftletKernels\($0.count)\($0)") }
        ? [] : ["reloads"]
    }

    @Test(
      .enabled(if: Disassembler.path != nil, "no objdump or llvm-objdump is installed"),
      arguments: modules.keys.sorted())
    func staysInVectorRegisters(_ module: String) throws {
      let objects = try #require(Disassembler.objects(of: module), "no objects of \(module) beside the tests")
      var count = 0
      for object in objects {
        for routine in Disassembly(try Disassembler.text(of: object)).routines {
          for loop in routine.innerLoops where loop.count(where: \.isVectorProduct) >= Self.leastProducts {
            let tolerated = Self.tolerated(module, routine.name)
            let faults = routine.faults(of: loop).filter { fault in !tolerated.contains { fault.hasPrefix($0) } }
            count += 1
            #expect(faults.isEmpty, "\(routine.name) at \(String(loop[0].address, radix: 16)) of \(object.path)")
          }
        }
      }
      #expect(count >= Self.modules[module]!)
    }

    /// Machines with AVX-512 but without its bfloat16 run all but the kernels for pairs, whose routines are named so.
    @Test(
      .enabled(if: Disassembler.path != nil, "no objdump or llvm-objdump is installed"),
      .enabled(if: modules["SwiftletKernelsAVX512"] != nil, "there are no instructions of AVX-512"))
    func bfloat16KeepsToItsRoutines() throws {
      let objects = try #require(Disassembler.objects(of: "SwiftletKernelsAVX512"))
      let routines = try objects.flatMap { Disassembly(try Disassembler.text(of: $0)).routines }
      let users = routines.filter { $0.instructions.contains(where: \.isOfBFloat16) }
      for name in users.map(\.name) { #expect(name.contains("Pairs") || name.contains("pairB"), "\(name)") }
      let loops = users.flatMap(\.innerLoops).count { $0.count(where: \.isPairProduct) >= Self.leastProducts }
      #expect(loops >= 40)
      #expect(users.contains { $0.instructions.contains { $0.mnemonic == "vcvtne2ps2bf16" } })
    }

    /// A loop of four instructions in a routine with or without a frame, in the words of either program.
    static func loop(_ body: String, frame: Bool = false) -> String {
      """
      0000000000000010 <tile>:
            10:\t\(frame ? "mov    %rsp,%rbp" : "mov    %rdi,%rbp")
            14:\tvmovups (%rsp),%ymm1
            20:\tvfmadd231ps %ymm1,%ymm2,%ymm3
            24:\t\(body)
            28:\tdec    %rax
            2c:\tjne    20 <tile+0x10>
            30:\tcall   80 <tile+0x70>
            34:\tret
      """
    }

    static func faults(_ text: String) -> [String] {
      Disassembly(text).routines.flatMap { routine in routine.innerLoops.flatMap { routine.faults(of: $0) } }
    }

    @Test(arguments: [
      ("vmovaps %ymm14,0x20(%rsp)", "spills"), ("vfmadd231ps 0x40(%rsp),%ymm1,%ymm2", "reloads"),
      ("call   40 <fmaf@plt>", "calls"), ("callq\t0x40 <fmaf>", "calls"), ("vmovd  %xmm1,%eax", "leaves vectors"),
      ("vpextrd $0x1,%xmm1,(%rdi)", "leaves vectors"), ("vmovq  %r9,%xmm3", "leaves vectors"),
      ("vdpbf16ps 0x40(%rsp),%zmm1,%zmm2", "reloads"), ("vfmadd231ss %xmm1,%xmm2,%xmm3", "computes one lane"),
      ("vaddss %xmm1,%xmm2,%xmm3", "computes one lane"),
    ]) func seesFaults(_ line: String, _ fault: String) {
      let found = Self.faults(Self.loop(line))
      #expect(found.count == 1 && found.first?.hasPrefix(fault) == true, "\(found)")
    }

    @Test(arguments: [
      "vbroadcastss 0x4(%rdi,%r9,4),%ymm1", "vmovups 0x40(%rbp),%ymm2", "vfmadd231ps (%r10){1to16},%zmm0,%zmm1",
      "vdpbf16ps (%r10){1to16},%zmm0,%zmm1",
      "mov    0x8(%rsp),%rcx", "prefetcht1 (%r12)", "vmovups %zmm3,(%rax,%rcx,4)",
    ]) func seesNoFaults(_ line: String) { #expect(Self.faults(Self.loop(line)).isEmpty) }

    @Test func knowsFrames() {
      #expect(
        Self.faults(Self.loop("vmovups -0x40(%rbp),%ymm2", frame: true)) == ["reloads: vmovups -0x40(%rbp),%ymm2"])
    }

    @Test func findsInnerLoops() throws {
      let text = """
        0000000000000000 <nest>:
               0: xorl\t%eax, %eax
               2: vfmadd231ps\t%ymm1, %ymm2, %ymm3
               8: jne\t0x2 <nest+0x2>
               a: vmovaps\t(%rsp), %ymm1
               c: jmp\t0x0 <nest>
              10: jmp\t0x40 <elsewhere>
        """
      let routine = try #require(Disassembly(text).routines.first)
      #expect(routine.innerLoops.map { $0.map(\.address) } == [[2, 8]])
      #expect(routine.innerLoops[0].count(where: \.isVectorProduct) == 1)
      #expect(routine.faults(of: routine.innerLoops[0]).isEmpty)
    }
  }

  /// The program that makes machine code readable, and what it is given.
  enum Disassembler {
    static let path: String? = {
      let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
      let programs = ["objdump", "llvm-objdump"].flatMap { name in folders.map { "\($0)/\(name)" } }
      return programs.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// The objects that a module's sources were compiled to, in a folder above this program; those of sources that are gone left out.
    static func objects(of module: String) -> [URL]? {
      for start in [Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0]).absoluteURL] {
        var folder = start
        for _ in 0..<6 {
          let build = folder.appending(path: "\(module).build")
          if let sources = try? String(contentsOf: build.appending(path: "sources"), encoding: .utf8) {
            return sources.split(separator: "\n").map {
              build.appending(path: "\(URL(filePath: $0.trimmingCharacters(in: ["'", "\""])).lastPathComponent).o")
            }
          }
          folder.deleteLastPathComponent()
        }
      }
      return nil
    }

    static func text(of object: URL) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: path ?? "")
      process.arguments = ["-d", "--no-show-raw-insn", object.path]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let bytes = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw Failure(object: object.path, status: process.terminationStatus)
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    struct Failure: Error {
      var object: String
      var status: Int32
    }
  }
#endif
