using System.Runtime.Intrinsics.X86;
using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels.InstructionSets;

/// <summary>A switch of the runtime that takes instruction sets away, and the vectors that are left.</summary>
/// <param name="Variable">The environment variable, which is set to 0.</param>
/// <param name="Bits">The widest vectors left.</param>
internal sealed record NarrowVectors(string Variable, int Bits)
{
    public static NarrowVectors NoAvx512 { get; } = new("DOTNET_EnableAVX512", 256);

    public static NarrowVectors NoAvx2 { get; } = new("DOTNET_EnableAVX2", 128);

    public static NarrowVectors None { get; } = new("DOTNET_EnableHWIntrinsic", 128);

    /// <summary>Whether the switch takes something from this machine.</summary>
    public bool Narrows => X86Base.IsSupported && (this == None || MicroKernelTable<float>.Bits > Bits);

    /// <summary>What a process with the switch tells of its vectors.</summary>
    public string Expected => NarrowRun.Told(Bits, hasAvx512: false, hasAvx2: Bits == 256, hasSse42: this != None);

    /// <inheritdoc/>
    public override string ToString() => Variable;
}
