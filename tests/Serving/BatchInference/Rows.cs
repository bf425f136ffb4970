using System.Globalization;
using System.Text;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;
using Parquet;
using Parquet.Schema;

namespace Anneal.Tests.Serving.BatchInference;

/// <summary>A model of two typed columns, and the same rows in each format of tables.</summary>
internal static class Rows
{
    /// <summary>prediction[N, 1] = age + 0.5, and where[N, 1] = city.</summary>
    public static PredictionModel Open(TempFolder folder)
    {
        var g = new GraphBuilder("typed");
        Value age = g.Input("age", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        Value city = g.Input("city", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(g.Add(age, g.Constant(Tensor.Vector(0.5f))), "prediction");
        g.Output(g.Node("Identity", [city]), "where");
        var signature = new ModelSignature { Task = ModelTask.Regression, Inputs = [new SignatureInput("age", ["age"]), new SignatureInput("city", ["city"])] };
        Model model = Model.Of(g.Build());
        return Models.OpenForPrediction(model with { Metadata = model.Metadata.Add(ModelSignature.MetadataKey, signature.ToJson()) }, folder);
    }

    /// <summary>The text of city <paramref name="i"/>: plain, quoted, escaped, not ASCII or empty.</summary>
    public static string City(int i) => (i % 5) switch
    {
        0 => "Rome",
        1 => "Paris, \"Texas\"",
        2 => "Zürich\n",
        3 => "",
        _ => $"a name that is longer than others {i}",
    };

    public static string Csv(int rows)
    {
        var text = new StringBuilder("city,age\n");
        for (int i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"{City(i).Replace("\"", "\"\"", StringComparison.Ordinal)}\",{(i % 7 == 3 ? "" : i)}\n");
        }

        return text.ToString();
    }

    public static string JsonLines(int rows)
    {
        var text = new StringBuilder();
        for (int i = 0; i < rows; i++)
        {
            string age = i % 7 == 3 ? "" : string.Create(CultureInfo.InvariantCulture, $"\"age\": {i}, ");
            text.Append(CultureInfo.InvariantCulture, $"{{{age}\"city\": {System.Text.Json.JsonSerializer.Serialize(City(i))}}}\n");
        }

        return text.ToString();
    }

    public static async Task<string> ParquetAsync(string path, int rows, int rowGroup)
    {
        var schema = new ParquetSchema(new DataField<double?>("age"), new DataField<string>("city"));
        using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
        for (int first = 0; first < rows; first += rowGroup)
        {
            int count = Math.Min(rowGroup, rows - first);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<double>(schema.DataFields[0], Enumerable.Range(first, count).Select(i => i % 7 == 3 ? (double?)null : i).ToArray().AsMemory());
            await group.WriteAsync(schema.DataFields[1], Enumerable.Range(first, count).Select(City).ToArray());
        }

        return path;
    }

    /// <summary>What the model answers to these rows, as a text table.</summary>
    public static string Answers(int rows, Func<int, bool>? isLeftOut = null)
    {
        var text = new StringBuilder("prediction,where\n");
        foreach (int i in Enumerable.Range(0, rows).Where(i => isLeftOut?.Invoke(i) != true))
        {
            string city = City(i);
            string quoted = city.AsSpan().ContainsAny(",\"\n") ? $"\"{city.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : city;
            text.Append(CultureInfo.InvariantCulture, $"{(i % 7 == 3 ? "NaN" : (i + 0.5f).ToString(CultureInfo.InvariantCulture))},{quoted}\n");
        }

        return text.ToString();
    }
}
