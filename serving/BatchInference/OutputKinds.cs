namespace Anneal.Serving.BatchInference;

/// <summary>The kinds of files that answers are written to, by their names' endings.</summary>
internal static class OutputKinds
{
    private static readonly (string Ending, OutputKind Kind)[] s_endings =
    [
        (".csv", OutputKind.Csv), (".jsonl", OutputKind.JsonLines), (".ndjson", OutputKind.JsonLines), (".npy", OutputKind.Npy), (".parquet", OutputKind.Parquet),
    ];

    /// <summary>The kind that a file's name asks for.</summary>
    /// <exception cref="AnnealException">It asks for none of them.</exception>
    public static OutputKind Of(string path)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        foreach ((string known, OutputKind kind) in s_endings)
        {
            if (ending == known)
            {
                return kind;
            }
        }

        throw AnnealException.BadUsage($"the output '{path}' ends in '{ending}', expected {string.Join(", ", s_endings.Select(e => e.Ending))}");
    }

    /// <summary>Makes the writer.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="stream">The file, at its end.</param>
    /// <param name="columns">The outputs as columns.</param>
    /// <param name="array">The shape of what an npy file holds; null where it is empty, or no such file.</param>
    /// <param name="rows">The rows that the file holds.</param>
    /// <param name="rowGroup">Rows of a row group.</param>
    /// <exception cref="AnnealException">The outputs do not fit the kind.</exception>
    public static IPredictionWriter Open(OutputKind kind, FileStream stream, OutputColumns columns, int[]? array, long rows, int rowGroup) => kind switch
    {
        OutputKind.Csv => new CsvPredictionWriter(stream, columns),
        OutputKind.JsonLines => new JsonPredictionWriter(stream, columns),
        OutputKind.Npy => new NpyPredictionWriter(stream, columns.Outputs, array, rows),
        _ => new ParquetPredictionWriter(stream, columns, rowGroup),
    };
}
