using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>The state that a session keeps: one buffer each where a run may replace it in place or does not replace it, else two that are read and written in turn.</summary>
internal sealed class OrtState : IDisposable
{
    private readonly Dictionary<string, (StateBinding Binding, OrtBuffer[] Buffers)> _states = new(StringComparer.Ordinal);

    /// <summary>Takes the states' first values.</summary>
    /// <param name="state">The states.</param>
    /// <param name="inPlace">The inputs of those that a run may replace in place.</param>
    /// <param name="memory">Where they live.</param>
    public OrtState(IReadOnlyList<StateBinding> state, IReadOnlySet<string> inPlace, OrtMemory memory)
    {
        // What one that finds no memory has taken goes back, for a smaller batch to try.
        try
        {
            foreach (StateBinding binding in state)
            {
                var buffers = new OrtBuffer[binding.Output.Length == 0 || inPlace.Contains(binding.Input) ? 1 : 2];
                _states.Add(binding.Input, (binding, buffers));
                for (int i = 0; i < buffers.Length; i++)
                {
                    buffers[i] = memory.Of(binding.Initial);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Turns = _states.Values.Any(s => s.Buffers.Length > 1) ? 2 : 1;
    }

    /// <summary>The runs after which the same buffers are read again: 1 or 2.</summary>
    public int Turns { get; }

    /// <summary>The turn of the next run.</summary>
    public int Turn { get; private set; }

    /// <summary>Goes on to the turn after a run.</summary>
    public void Advance() => Turn = (Turn + 1) % Turns;

    /// <summary>The inputs' names.</summary>
    public IReadOnlyCollection<string> Names => _states.Keys;

    /// <summary>Binds the buffers of a turn.</summary>
    public void Bind(OrtIoBinding binding, int turn) => Bind(binding, turn, _ => true, buffer => buffer);

    /// <summary>Binds the buffers of a turn to a session that may not replace all of them in place.</summary>
    /// <param name="binding">The session's binding.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="isInPlace">Whether the session may replace a state in the one buffer that it has, by its input.</param>
    /// <param name="spilt">Is told the state's buffer where it may not, and gives one to be written in its place.</param>
    /// <returns>The places of what was bound, by the names of inputs and outputs.</returns>
    public Dictionary<string, nint> Bind(OrtIoBinding binding, int turn, Func<string, bool> isInPlace, Func<OrtBuffer, OrtBuffer> spilt)
    {
        var places = new Dictionary<string, nint>(StringComparer.Ordinal);
        foreach ((StateBinding state, OrtBuffer[] buffers) in _states.Values)
        {
            OrtBuffer read = buffers[turn % buffers.Length];
            binding.BindInput(state.Input, read.Value);
            places.Add(state.Input, read.Address);
            if (state.Output.Length > 0)
            {
                OrtBuffer written = buffers.Length > 1 || isInPlace(state.Input) ? buffers[(turn + 1) % buffers.Length] : spilt(read);
                binding.BindOutput(state.Output, written.Value);
                places.Add(state.Output, written.Address);
            }
        }

        return places;
    }

    /// <summary>Takes the first values again.</summary>
    public void Reset()
    {
        Turn = 0;
        foreach ((StateBinding binding, OrtBuffer[] buffers) in _states.Values)
        {
            buffers[0].Upload(binding.Initial);
        }
    }

    /// <summary>Copies of what the next run reads and some run replaces.</summary>
    public IReadOnlyList<(OrtBuffer Buffer, Tensor Value)> Save() =>
        [.. _states.Values.Where(s => s.Binding.Output.Length > 0).Select(s => s.Buffers[Turn % s.Buffers.Length]).Select(b => (b, b.Read()))];

    /// <summary>Puts copies back.</summary>
    public static void Restore(IReadOnlyList<(OrtBuffer Buffer, Tensor Value)> saved)
    {
        foreach ((OrtBuffer buffer, Tensor value) in saved)
        {
            buffer.Upload(value);
        }
    }

    /// <summary>The buffer that the next run reads.</summary>
    /// <exception cref="AnnealException">There is no such state.</exception>
    public OrtBuffer Current(string input) => _states.TryGetValue(input, out (StateBinding Binding, OrtBuffer[] Buffers) state)
        ? state.Buffers[Turn % state.Buffers.Length]
        : throw AnnealException.BadUsage($"'{input}' is no state of this session");

    /// <summary>Replaces what the next run reads.</summary>
    /// <exception cref="AnnealException">There is no such state, or the value is of another type or shape.</exception>
    public void Write(string input, Tensor value)
    {
        OrtBuffer current = Current(input);
        if (!current.Fits(value))
        {
            throw AnnealException.BadData($"expected {current}, got {value}").In($"state '{input}'");
        }

        current.Upload(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtBuffer? buffer in _states.Values.SelectMany(s => s.Buffers))
        {
            buffer?.Dispose();
        }
    }
}
