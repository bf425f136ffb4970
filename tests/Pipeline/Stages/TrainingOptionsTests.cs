using Anneal.Pipeline.Config;
using Anneal.Pipeline.Stages;
using Anneal.Tests.Pipeline.Config;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Pipeline.Stages;

internal sealed class TrainingOptionsTests
{
    [Test]
    public void UpdateOf_ElasticNet_IsBothPenaltiesOfOneStrength()
    {
        LoadedConfig config = ConfigText.Load(ConfigText.Smallest, "train.regularize.elastic_net={strength: 0.5, l1_share: 0.25}");

        Regularization found = TrainingOptions.UpdateOf(config, config.Options.Train.AllPhases()[0]).Regularization;

        Assert.That((found.L1, found.L2), Is.EqualTo((0.125f, 0.375f)));
    }
}
