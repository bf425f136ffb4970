using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;

namespace Anneal.Tests.Formats;

public sealed class ModelSignatureTests
{
    [Test]
    public void Find_WhatWasWritten_IsTheSame()
    {
        var signature = new ModelSignature
        {
            Task = ModelTask.Classification,
            Classes = ["<=50K", ">50K"],
            Inputs = [new SignatureInput("numbers", ["age", "hours"])],
            Table = new SignatureTable(
                new CsvFormat { Header = false, Delimiter = ';', Trim = true },
                [new("age", ColumnKind.Number), new("hours", ColumnKind.Number), new("pay", ColumnKind.Category)],
                ["?"],
                ["pay"],
                "weight"),
            Threshold = 0.25f,
            Metrics = new MetricOptions(5, 10),
            LossMetric = "log_loss",
        };

        ModelSignature found = ModelSignature.Find(new Dictionary<string, string> { [ModelSignature.MetadataKey] = signature.ToJson() })!;

        Assert.That(found.ToJson(), Is.EqualTo(signature.ToJson()));
        Assert.That(found.Classes, Is.EqualTo(signature.Classes));
        Assert.That(found.Table!.Columns, Is.EqualTo(signature.Table.Columns));
        Assert.That(found.Table.Format, Is.EqualTo(signature.Table.Format));
        Assert.That(found.Metrics, Is.EqualTo(signature.Metrics));
        Assert.That(found.Inputs[0].Columns, Is.EqualTo(new[] { "age", "hours" }));
    }

    [Test]
    public void Find_MetadataWithoutOne_IsNull() => Assert.That(ModelSignature.Find(new Dictionary<string, string>()), Is.Null);

    [TestCase("null")]
    [TestCase("{\"task\":\"classification\"")]
    [TestCase("{\"task\":\"poetry\"}")]
    [TestCase("{\"task\":\"regression\",\"colour\":1}")]
    [TestCase("{}")]
    public void Find_TextThatIsNone_IsAnError(string json)
    {
        AnnealException error = Assert.Throws<AnnealException>(
            () => ModelSignature.Find(new Dictionary<string, string> { [ModelSignature.MetadataKey] = json }))!;
        Assert.That(error.Message, Does.StartWith("metadata 'anneal.signature' is no signature: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }
}
