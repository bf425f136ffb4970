using Anneal.Tests.Pipeline.Commands;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

internal sealed class KnownDatasetTests
{
    [Test]
    public void FashionMnist_WhereInstalled_IsWhole()
    {
        if (KnownDataset.FashionMnist.MissingFile is { } missing)
        {
            Assert.Ignore($"needs {missing}: {KnownDataset.FashionMnist.HowToGet}");
        }

        DataTable train = KnownDataset.FashionMnist.Train.Load();
        DataTable test = KnownDataset.FashionMnist.Test.Load(train);
        Assert.That(train.Features[0].Values.ToString(), Is.EqualTo("uint8[60000,28,28]"));
        Assert.That(train.Target.Span<long>().ToArray().CountBy(c => c).Select(c => c.Value), Is.All.EqualTo(6000));
        Assert.That(test.Target.Span<long>().ToArray().CountBy(c => c).Select(c => c.Value), Is.All.EqualTo(1000));
        Assert.That(test.ClassNames!.Count, Is.EqualTo(10));
    }

    [Test]
    public void Check_FolderWithoutTheFiles_SaysAtTheLineWhatToInstall()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["fashion-mnist"]);
        string config = folder.Write("pipelines.yaml", "version: 1\npipelines:\n  p:\n    task: classification\n    data: {dataset: fashion-mnist}\n    model: {mlp: [8]}\n");

        Tool tool = Tool.RunWith(KnownDataset.FolderVariable, folder[""], "check", "p", "--file", config);

        Assert.That(tool.ExitCode, Is.EqualTo(2), tool.Error);
        Assert.That(tool.Error, Does.Contain(":5:21 data.dataset: no such file: ").And.Contain("fashion-mnist/train-images-idx3-ubyte'. hint: install Debian's package: apt-get install dataset-fashion-mnist"));
    }
}
