using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>The transposed convolution: target[n, c, …] sums weights · source[n, f, …] over the outputs f that the input c fed.</summary>
/// <remarks>With strides, inputs of the same residue by the stride meet the same taps: each residue is a product of its own.</remarks>
internal sealed unsafe class ConvBackPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvLayout _layout;
    private readonly (ITapProduct<T> Product, TapAxis Y, TapAxis X, long Start)[] _phases;
    private readonly Action<int> _turn;
    private readonly Action<int> _clear;
    private readonly bool _hasGaps;
    private readonly nint _plane;
    private readonly long _productStart;
    private T* _weights;
    private T* _turned;
    private T* _target;

    /// <summary>Plans the transpose of a convolution.</summary>
    /// <param name="layout">The convolution's sizes: its input is the target here.</param>
    public ConvBackPlan(ConvLayout layout)
    {
        _layout = layout;
        TapAxis[] columns = [.. TapAxis.Backward(layout.X)];
        var phases = new List<(ITapProduct<T>, TapAxis, TapAxis, long)>();
        long start = 0;
        foreach (TapAxis y in TapAxis.Backward(layout.Y))
        {
            foreach (TapAxis x in columns)
            {
                phases.Add((ITapProduct<T>.Plan(layout.Batch, layout.Groups, layout.Channels, layout.Filters, y, x), y, x, start));
                start += (long)layout.Groups * layout.Channels * layout.Filters * y.Taps.Length * x.Taps.Length;
            }
        }

        _phases = [.. phases];
        _productStart = start;
        ScratchBytes = Math.Max(1, (start * sizeof(T)) + phases.Select(p => p.Item1.ScratchBytes).DefaultIfEmpty(0).Max());
        _turn = Turn;
        _clear = Clear;
        _hasGaps = phases.Exists(p => IsGap(p.Item2, p.Item3));
        _plane = (nint)layout.Y.Input * layout.X.Input;
    }

    /// <summary>The scratch memory of a run, in bytes.</summary>
    public long ScratchBytes { get; }

    /// <summary>Computes the transposed convolution.</summary>
    /// <param name="team">Threads to run on.</param>
    /// <param name="source">[batch, groups·filters, …]: the convolution's output side.</param>
    /// <param name="weights">[groups·filters, channels, window].</param>
    /// <param name="target">[batch, groups·channels, …], overwritten.</param>
    /// <param name="turned">Memory of <see cref="ScratchBytes"/>.</param>
    /// <param name="epilogue">What is done to each tile.</param>
    public void Run(Team team, T* source, T* weights, T* target, T* turned, in GemmEpilogue<T> epilogue)
    {
        _weights = weights;
        _turned = turned;
        team.Run(_layout.Groups * _layout.Channels, _turn);
        bool clears = _hasGaps && epilogue.IsIdentity;
        if (clears)
        {
            _target = target;
            team.Run(_layout.Batch * _layout.Groups, _clear);
        }

        foreach ((ITapProduct<T> product, TapAxis y, TapAxis x, long start) in _phases)
        {
            if (!clears || !IsGap(y, x))
            {
                product.Run(team, turned + start, source, target, turned + _productStart, epilogue);
            }
        }
    }

    private static bool IsGap(TapAxis y, TapAxis x) => y.Taps.Length * x.Taps.Length == 0;

    private void Clear(int item)
    {
        nint length = _plane * _layout.Channels;
        new Span<T>(_target + (item * length), checked((int)length)).Clear();
    }

    // Row (group, c) of each phase: the weights of its taps, filter by filter.
    private void Turn(int item)
    {
        int group = item / _layout.Channels;
        int channel = item % _layout.Channels;
        int height = _layout.Y.Kernel;
        int width = _layout.X.Kernel;
        foreach ((_, TapAxis y, TapAxis x, long start) in _phases)
        {
            T* to = _turned + start + ((nint)item * _layout.Filters * y.Taps.Length * x.Taps.Length);
            for (int f = 0; f < _layout.Filters; f++)
            {
                T* from = _weights + (((((nint)group * _layout.Filters) + f) * _layout.Channels) + channel) * height * width;
                foreach (int ky in y.Taps)
                {
                    foreach (int kx in x.Taps)
                    {
                        *to++ = from[(ky * width) + kx];
                    }
                }
            }
        }
    }
}
