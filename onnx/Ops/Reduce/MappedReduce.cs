using System.Numerics;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>A sum over axes of a function of each element.</summary>
internal abstract class MappedReduce : Reduce
{
    protected static unsafe Kernel Make<T>(KernelSpec spec, bool[] reduced, Elementwise.Map<T, T> map, Action<Span<T>>? finish)
        where T : unmanaged, INumber<T>
    {
        Slot x = spec.In(0);
        Slot mapped = spec.Scratch(x.ByteLength);
        int length = x.Length;
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            int count = Math.Min(Elementwise.Chunk, length - start);
            map(new ReadOnlySpan<T>((T*)x.Pointer + start, count), new Span<T>((T*)mapped.Pointer + start, count));
        };
        int items = Elementwise.Items(length);
        Kernel sum = Reduction.Make<T, Reduction.Sum<T>>(spec, mapped, x.Shape, spec.Out(), reduced, finish);
        return team =>
        {
            team.Run(items, body);
            sum(team);
        };
    }
}
