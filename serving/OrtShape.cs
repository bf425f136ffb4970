using Anneal.Onnx.Ir;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>The session of one batch size, with the places that it reads and writes.</summary>
internal sealed class OrtShape : IDisposable
{
    private readonly List<(OrtBuffer Written, OrtBuffer State)>[] _spilt;

    /// <summary>Binds a session's places.</summary>
    /// <param name="opened">The session, which is disposed with this.</param>
    /// <param name="memory">Where the places are.</param>
    /// <param name="state">The state, which all sizes share.</param>
    /// <param name="feeds">The inputs' names.</param>
    /// <param name="given">Buffers of their size.</param>
    /// <param name="fetches">The outputs' names.</param>
    /// <param name="outputs">Where they are written.</param>
    public OrtShape(OpenedShape opened, OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> feeds, OrtBuffer[] given, IReadOnlyList<ValueInfo> fetches, OrtBuffer[] outputs)
    {
        Opened = opened;
        Inputs = [.. given.Select(g => g.Another(memory))];
        Graphs = new RunOptions?[state.Turns];
        Bindings = [.. Graphs.Select(_ => opened.Session.CreateIoBinding())];
        Places = new Dictionary<string, nint>[state.Turns];
        _spilt = [.. Graphs.Select(_ => new List<(OrtBuffer, OrtBuffer)>())];
        for (int turn = 0; turn < Bindings.Length; turn++)
        {
            List<(OrtBuffer Written, OrtBuffer State)> spilt = _spilt[turn];
            Places[turn] = state.Bind(Bindings[turn], turn, opened.InPlace.Contains, buffer =>
            {
                spilt.Add((buffer.Another(memory), buffer));
                return spilt[^1].Written;
            });
            for (int i = 0; i < Inputs.Length; i++)
            {
                Bindings[turn].BindInput(feeds[i].Name, Inputs[i].Value);
                Places[turn].Add(feeds[i].Name, Inputs[i].Address);
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                Bindings[turn].BindOutput(fetches[i].Name, outputs[i].Value);
                Places[turn].Add(fetches[i].Name, outputs[i].Address);
            }
        }
    }

    /// <summary>The session.</summary>
    public OpenedShape Opened { get; }

    /// <summary>The places of the feeds.</summary>
    public OrtBuffer[] Inputs { get; }

    /// <summary>The bindings of each turn.</summary>
    public OrtIoBinding[] Bindings { get; }

    /// <summary>The captured graph of each turn, by the options that ask for it; null where none is captured yet.</summary>
    public RunOptions?[] Graphs { get; }

    /// <summary>The places of all that is bound in each turn, by the names of inputs and outputs.</summary>
    public Dictionary<string, nint>[] Places { get; }

    /// <summary>The runs so far.</summary>
    public long Runs { get; set; }

    /// <summary>Whether buffers are of this size.</summary>
    public bool Fits(OrtBuffer[] given) => given.Zip(Inputs).All(p => p.Second.Fits(p.First));

    /// <summary>Puts what the session could not replace in place where it belongs.</summary>
    public void Settle(int turn)
    {
        foreach ((OrtBuffer written, OrtBuffer state) in _spilt[turn])
        {
            written.CopyTo(state);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtIoBinding binding in Bindings)
        {
            binding.Dispose();
        }

        foreach (RunOptions? graph in Graphs)
        {
            graph?.Dispose();
        }

        foreach (OrtBuffer buffer in Inputs.Concat(_spilt.SelectMany(s => s).Select(s => s.Written)))
        {
            buffer.Dispose();
        }

        Opened.Dispose();
    }
}
