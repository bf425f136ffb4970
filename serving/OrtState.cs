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
        foreach (StateBinding binding in state)
        {
            bool isSingle = binding.Output.Length == 0 || inPlace.Contains(binding.Input);
            _states.Add(binding.Input, (binding, isSingle ? [memory.Of(binding.Initial)] : [memory.Of(binding.Initial), memory.Of(binding.Initial)]));
        }

        Turns = _states.Values.Any(s => s.Buffers.Length > 1) ? 2 : 1;
    }

    /// <summary>The runs after which the same buffers are read again: 1 or 2.</summary>
    public int Turns { get; }

    /// <summary>The turn of the next run.</summary>
    public int Turn { get; private set; }

    /// <summary>Goes on to the turn after a run.</summary>
    public void Advance() => Turn = (Turn + 1) % Turns;

    /// <summary>Binds the buffers of a turn.</summary>
    public void Bind(OrtIoBinding binding, int turn)
    {
        foreach ((StateBinding state, OrtBuffer[] buffers) in _states.Values)
        {
            binding.BindInput(state.Input, buffers[turn % buffers.Length].Value);
            if (state.Output.Length > 0)
            {
                binding.BindOutput(state.Output, buffers[(turn + 1) % buffers.Length].Value);
            }
        }
    }

    /// <summary>The buffer that the next run reads.</summary>
    /// <exception cref="AnnealException">There is no such state.</exception>
    public OrtBuffer Current(string input) => _states.TryGetValue(input, out (StateBinding Binding, OrtBuffer[] Buffers) state)
        ? state.Buffers[Turn % state.Buffers.Length]
        : throw AnnealException.BadUsage($"'{input}' is no state of this session");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtBuffer buffer in _states.Values.SelectMany(s => s.Buffers))
        {
            buffer.Dispose();
        }
    }
}
