using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Serving.BatchInference;

/// <summary>Opens files of rows, told apart by what they begin with.</summary>
internal static class RowSources
{
    private static readonly string[] s_json = [".jsonl", ".ndjson", ".json"];
    private static readonly string[] s_delimited = [".csv", ".tsv", ".txt", ".data"];

    /// <summary>Opens a file, or a folder of images.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="signature">Its signature, if it has one.</param>
    /// <param name="images">Opens images; null where there is nobody to decode them.</param>
    /// <param name="codes">What becomes of the texts of some inputs before the model gets them; null for none.</param>
    /// <returns>The rows; the caller disposes them.</returns>
    /// <exception cref="AnnealException">The file cannot be read or does not fit the model: the error names every column that is missing or of a wrong type.</exception>
    public static IRowSource Open(string path, IReadOnlyList<ValueInfo> inputs, ModelSignature? signature, ImageOpener? images, IReadOnlyDictionary<string, TextCodes>? codes = null)
    {
        byte[] start = Directory.Exists(path) ? [] : DataStart.Of(path);
        if (Directory.Exists(path) || start.AsSpan().StartsWith("PK\u0003\u0004"u8))
        {
            return new ImageRowSource(path, inputs, images ?? throw AnnealException.BadData("images are not read here").In(path));
        }

        if (start.AsSpan().StartsWith("PAR1"u8))
        {
            return new ParquetRowSource(path, inputs, signature, codes);
        }

        if (ArrayFile.TryOpen(path) is { } array)
        {
            try
            {
                return new ArrayRowSource(array, inputs);
            }
            catch
            {
                array.Dispose();
                throw;
            }
        }

        return IsJson(path, start) ? new JsonRowSource(path, inputs, signature, codes) : new CsvRowSource(path, inputs, signature, codes);
    }

    private static bool IsJson(string path, ReadOnlySpan<byte> start)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        string ending = Path.GetExtension(name).ToLowerInvariant();
        return s_json.Contains(ending) || (!s_delimited.Contains(ending) && start.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]);
    }
}
