using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Comparing;

/// <summary>Models to compare.</summary>
public static class RowModels
{
    /// <summary>A file in ONNX Runtime.</summary>
    /// <param name="model">The file.</param>
    /// <param name="name">What it is called.</param>
    public static IRowModel Of(OrtModel model, string name) => new RowModel(name, model.Inputs, model.Outputs, feeds => model.Run(feeds));

    /// <summary>A session of any engine.</summary>
    /// <param name="session">The session.</param>
    /// <param name="name">What it is called.</param>
    public static IRowModel Of(IGraphSession session, string name) => new RowModel(name, session.Feeds, session.Fetches, feeds =>
    {
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run(feeds, fetches);
        return fetches!;
    });

    /// <summary>The same model asked fewer rows at once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">How many.</param>
    public static IRowModel InBatches(IRowModel model, int rows) => new RowModel(
        FormattableString.Invariant($"{model.Name}, batches of {rows}"), model.Inputs, model.Outputs, feeds => Join(model, feeds, rows));

    /// <summary>Makes a model take the inputs of another one, by name, or the only one of each.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The other model's inputs.</param>
    /// <exception cref="AnnealException">An input has no counterpart of its type.</exception>
    public static IRowModel Taking(IRowModel model, IReadOnlyList<ValueInfo> inputs)
    {
        int[] places = [.. model.Inputs.Select(own => model.Inputs.Count == 1 && inputs.Count == 1 ? 0 : inputs.ToList().FindIndex(i => i.Name == own.Name))];
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] < 0 || inputs[places[i]].Type.Type != model.Inputs[i].Type.Type)
            {
                throw AnnealException.BadData(
                    $"input '{model.Inputs[i]}' of {model.Name} is none of the other model's: {string.Join(", ", inputs)}", "the two must take the same rows").In(model.Name);
            }
        }

        return new RowModel(model.Name, inputs, model.Outputs, feeds => model.Answer([.. places.Select(p => feeds[p])]));
    }

    private static Tensor[] Join(IRowModel model, Tensor[] feeds, int rows)
    {
        int count = feeds[0].Shape[0];
        Tensor[]? joined = null;
        for (int start = 0; start < count; start += rows)
        {
            int taken = Math.Min(rows, count - start);
            Tensor[] part = model.Answer([.. feeds.Select(f => f.Rows(start, taken).Clone())]);
            joined ??= [.. part.Select(p => Tensor.Zeros(p.Type, [count, .. p.Shape[1..]]))];
            for (int i = 0; i < part.Length; i++)
            {
                joined[i].PutRows(start, part[i]);
            }
        }

        return joined ?? model.Answer(feeds);
    }

    private sealed record RowModel(string Name, IReadOnlyList<ValueInfo> Inputs, IReadOnlyList<ValueInfo> Outputs, Func<Tensor[], Tensor[]> Run) : IRowModel
    {
        public Tensor[] Answer(Tensor[] feeds)
        {
            Tensor[] answers = Run(feeds);
            int rows = feeds[0].Shape[0];
            for (int i = 0; i < answers.Length; i++)
            {
                RowAnswers.Check(answers[i], rows, $"output '{Outputs[i].Name}' of {Name}");
            }

            return answers;
        }
    }
}
